package io.cardwatch.codec;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/**
 * Date-times as text: {@code yyyy-MM-dd HH:mm:ss}, or with a {@code T}, a fraction of a second, and {@code Z} or an
 * offset ({@code +01}, {@code +01:00}, {@code +0100}, up to 18 hours) after it; UTC where there is no offset. The
 * seconds may be left out. The calendar is strict: no 30 February, no 24:00, no second 60.
 */
public final class EventTime {
    /** The result for a text that is no such date-time. */
    public static final long INVALID = Long.MIN_VALUE;

    /** From here on a time given as a number is milliseconds since 1970 (from 1973), below it seconds (to 5138). */
    static final long FIRST_MILLIS = 100_000_000_000L;

    private static final long FIRST = 946_684_800L; // 2000-01-01 00:00:00 UTC
    private static final long LAST = 4_102_444_799L; // 2099-12-31 23:59:59 UTC
    private static final int MINUTE_LENGTH = "yyyy-MM-ddTHH:mm".length();
    private static final int PLAIN_LENGTH = "yyyy-MM-dd HH:mm:ss".length();
    private static final int MAX_OFFSET_SECONDS = 18 * 3_600;
    private static final int NO_DIGITS = -1_000;
    private static final int[] DAYS_BEFORE_MONTH = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
    private static final DateTimeFormatter PLAIN = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

    private EventTime() {}

    /** {@code epochSecond} as {@code yyyy-MM-dd HH:mm:ss} in UTC. */
    public static String format(long epochSecond) {
        return PLAIN.format(LocalDateTime.ofEpochSecond(epochSecond, 0, ZoneOffset.UTC));
    }

    /** UTC epoch second of {@code text}, without its fraction; or {@link #INVALID}. */
    public static long parse(String text) {
        return parse(text.toCharArray(), text.length());
    }

    /** UTC epoch second of the first {@code length} characters, without its fraction; or {@link #INVALID}. */
    static long parse(char[] text, int length) {
        if (length < MINUTE_LENGTH
                || text[4] != '-'
                || text[7] != '-'
                || (text[10] != ' ' && text[10] != 'T')
                || text[13] != ':') {
            return INVALID;
        }
        boolean seconds = length >= PLAIN_LENGTH && text[16] == ':';
        long day = epochDay(twoDigits(text, 0) * 100 + twoDigits(text, 2), twoDigits(text, 5), twoDigits(text, 8));
        long time = secondOfDay(twoDigits(text, 11), twoDigits(text, 14), seconds ? twoDigits(text, 17) : 0);
        long offset = offsetSeconds(text, seconds ? fractionEnd(text, length) : MINUTE_LENGTH, length);
        if (day == INVALID || time == INVALID || offset == INVALID) {
            return INVALID;
        }
        return inRange(day * 86_400 + time - offset);
    }

    /** The UTC epoch second itself where it lies in the years from 2000 to 2099, or {@link #INVALID}. */
    static long inRange(long epochSecond) {
        return epochSecond >= FIRST && epochSecond <= LAST ? epochSecond : INVALID;
    }

    /** Whether a text that {@link #parse} accepted has a fraction of a second. */
    static boolean hasFraction(char[] text, int length) {
        return length > PLAIN_LENGTH && isFractionMark(text[PLAIN_LENGTH]);
    }

    private static boolean isFractionMark(char mark) {
        return mark == '.' || mark == ',';
    }

    /** Where the fraction ends, or 0 when its mark has no digit after it. */
    private static int fractionEnd(char[] text, int length) {
        if (!hasFraction(text, length)) {
            return PLAIN_LENGTH;
        }
        int end = PLAIN_LENGTH + 1;
        while (end < length && text[end] >= '0' && text[end] <= '9') {
            end++;
        }
        return end == PLAIN_LENGTH + 1 ? 0 : end;
    }

    private static long offsetSeconds(char[] text, int start, int length) {
        int rest = length - start;
        if (start == 0 || rest == 0) {
            return start == 0 ? INVALID : 0;
        }
        if (text[start] == 'Z') {
            return rest == 1 ? 0 : INVALID;
        }
        boolean colon = rest == 6 && text[start + 3] == ':';
        if ((text[start] != '+' && text[start] != '-') || !(rest == 3 || rest == 5 || colon)) {
            return INVALID;
        }
        int hours = twoDigits(text, start + 1);
        int minutes = rest == 3 ? 0 : twoDigits(text, length - 2);
        int seconds = hours * 3_600 + minutes * 60;
        if (hours < 0 || minutes < 0 || minutes > 59 || seconds > MAX_OFFSET_SECONDS) {
            return INVALID;
        }
        return text[start] == '-' ? -seconds : seconds;
    }

    /** Days since 1970-01-01 in the Gregorian calendar; one more year on either side leaves room for offsets. */
    private static long epochDay(int year, int month, int day) {
        if (year < 1999 || year > 2100 || month < 1 || month > 12 || day < 1 || day > daysIn(month, year)) {
            return INVALID;
        }
        int yearsBefore = year - 1970;
        // Between 1970 and 2100 every fourth year is a leap year; 2100 is none, which its own days show.
        int leapDays = (yearsBefore + 1) / 4 + (month > 2 && leap(year) ? 1 : 0);
        return yearsBefore * 365L + leapDays + DAYS_BEFORE_MONTH[month - 1] + day - 1;
    }

    private static int daysIn(int month, int year) {
        return DAYS_BEFORE_MONTH[month] - DAYS_BEFORE_MONTH[month - 1] + (month == 2 && leap(year) ? 1 : 0);
    }

    private static boolean leap(int year) {
        return (year & 3) == 0 && year != 2100;
    }

    private static long secondOfDay(int hour, int minute, int second) {
        boolean valid = hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60;
        return valid ? hour * 3_600L + minute * 60L + second : INVALID;
    }

    /** The number that two digits make; far below zero if they are no digits. */
    private static int twoDigits(char[] text, int at) {
        int tens = text[at] - '0';
        int ones = text[at + 1] - '0';
        return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NO_DIGITS;
    }
}
