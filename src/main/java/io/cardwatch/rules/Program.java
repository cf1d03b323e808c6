package io.cardwatch.rules;

import java.time.LocalDate;

/**
 * The steps of rules in one array, run over registers. A rule is a stretch of it that ends in one of three outcomes.
 *
 * <p>A step has five numbers. A test has its kind, two registers, and where to go on if it holds and if not. A value has
 * its kind, two registers, the register of the result, and where to go on if there is none; else it goes on at the next
 * step. A place to go on is the index of a step's first number, behind this one, or an outcome: no step runs twice. A
 * register holds a long, or the bits of a double.
 *
 * <p>Errors take no exception: {@code &&} and {@code ||} go on after one, so an error is a place to go on like the other
 * two.
 */
final class Program {
    static final int WIDTH = 5;

    static final int FIRED = -1;
    static final int NOT_FIRED = -2;
    static final int FAILED = -3;

    // Tests. Ordered ones put doubles on a line, NaN last and -0 before 0, as CEL does where it compares them with
    // ints.
    static final int LESS_DOUBLE = 0;
    static final int AT_MOST_DOUBLE = 1;
    static final int EQUAL_DOUBLE = 2;
    static final int LESS_LONG = 3;
    static final int AT_MOST_LONG = 4;
    static final int EQUAL_LONG = 5;
    static final int LESS_ORDERED = 6;
    static final int AT_MOST_ORDERED = 7;
    static final int EQUAL_ORDERED = 8;
    /** Its second number is a list. */
    static final int LISTED = 9;
    /** Holds. */
    static final int ALWAYS = 10;

    // Values. Those from ADD_LONG to SUBTRACT_DURATION can fail.
    static final int ADD_DOUBLE = 11;
    static final int SUBTRACT_DOUBLE = 12;
    static final int MULTIPLY_DOUBLE = 13;
    static final int DIVIDE_DOUBLE = 14;
    static final int NEGATE_DOUBLE = 15;
    static final int ADD_LONG = 16;
    static final int SUBTRACT_LONG = 17;
    static final int MULTIPLY_LONG = 18;
    static final int DIVIDE_LONG = 19;
    static final int REMAINDER_LONG = 20;
    static final int NEGATE_LONG = 21;
    static final int TO_LONG = 22;
    static final int ADD_TO_TIME = 23;
    static final int SUBTRACT_FROM_TIME = 24;
    static final int SUBTRACT_TIMES = 25;
    static final int ADD_DURATION = 26;
    static final int SUBTRACT_DURATION = 27;
    static final int TO_DOUBLE = 28;
    static final int YEAR = 29;
    static final int MONTH = 30;
    static final int DAY_OF_YEAR = 31;
    static final int DAY_OF_MONTH = 32;
    static final int DAY_OF_WEEK = 33;
    static final int HOUR = 34;
    static final int MINUTE = 35;
    static final int SECOND = 36;
    /** The value of the first register; goes on at the last number. */
    static final int MOVE = 37;

    /** 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z in epoch seconds, the timestamps of CEL. */
    static final long FIRST_TIME = -62_135_596_800L;

    static final long LAST_TIME = 253_402_300_799L;
    /** Seconds of the longest duration of CEL, ten thousand years. */
    static final long LONGEST = 315_576_000_000L;

    /** Seconds between two times at most, by CEL: their nanoseconds are a long. */
    private static final long LONGEST_BETWEEN = Long.MAX_VALUE / 1_000_000_000;

    /** Kinds of tests. */
    static final int TESTS = ALWAYS + 1;

    private static final long DAY = 86_400;
    private static final long HOURS = 3_600;
    private static final long MINUTES = 60;
    /** 1970-01-01 was a Thursday, the fourth day after Sunday. */
    private static final long THURSDAY = 4;

    private Program() {}

    static boolean isTest(int kind) {
        return kind <= ALWAYS;
    }

    /**
     * Makes tests of one kind.
     *
     * @param operands the two numbers of each test
     * @param held becomes 1 where a test holds, else 0, from {@code place} on
     */
    static void test(
            int kind, int[] operands, long[] registers, IdList[] lists, long epochSecond, byte[] held, int place) {
        // The kind is a constant in each call, so that the loop has no choice left in it once it is compiled.
        switch (kind) {
            case LESS_DOUBLE:
                loop(LESS_DOUBLE, operands, registers, lists, epochSecond, held, place);
                break;
            case AT_MOST_DOUBLE:
                loop(AT_MOST_DOUBLE, operands, registers, lists, epochSecond, held, place);
                break;
            case LESS_LONG:
                loop(LESS_LONG, operands, registers, lists, epochSecond, held, place);
                break;
            case AT_MOST_LONG:
                loop(AT_MOST_LONG, operands, registers, lists, epochSecond, held, place);
                break;
            case LESS_ORDERED:
                loop(LESS_ORDERED, operands, registers, lists, epochSecond, held, place);
                break;
            case AT_MOST_ORDERED:
                loop(AT_MOST_ORDERED, operands, registers, lists, epochSecond, held, place);
                break;
            default:
                loop(kind, operands, registers, lists, epochSecond, held, place);
                break;
        }
    }

    private static void loop(
            int kind, int[] operands, long[] registers, IdList[] lists, long epochSecond, byte[] held, int place) {
        int at = place;
        for (int i = 0; i < operands.length; i += 2) {
            boolean holds = holds(kind, registers[operands[i]], operands[i + 1], registers, lists, epochSecond);
            held[at++] = (byte) (holds ? 1 : 0);
        }
    }

    static boolean canFail(int kind) {
        return kind >= ADD_LONG && kind <= SUBTRACT_DURATION;
    }

    /**
     * Runs one rule.
     *
     * @param at where it begins
     * @param epochSecond event time, as of which lists are asked
     * @return an outcome
     */
    static int run(int[] code, int at, long[] registers, IdList[] lists, long epochSecond) {
        int next = at;
        while (next >= 0) {
            int step = next;
            int kind = code[step];
            long left = registers[code[step + 1]];
            next = isTest(kind)
                    ? code[holds(kind, left, code[step + 2], registers, lists, epochSecond) ? step + 3 : step + 4]
                    : value(code, step, left, registers[code[step + 2]], registers);
        }
        return next;
    }

    /** {@code right} is the number of a register, or of a list. */
    private static boolean holds(int kind, long left, int right, long[] registers, IdList[] lists, long epochSecond) {
        switch (kind) {
            case LESS_DOUBLE:
                return Double.longBitsToDouble(left) < Double.longBitsToDouble(registers[right]);
            case AT_MOST_DOUBLE:
                return Double.longBitsToDouble(left) <= Double.longBitsToDouble(registers[right]);
            case EQUAL_DOUBLE:
                return Double.longBitsToDouble(left) == Double.longBitsToDouble(registers[right]);
            case LESS_LONG:
                return left < registers[right];
            case AT_MOST_LONG:
                return left <= registers[right];
            case EQUAL_LONG:
                return left == registers[right];
            case LESS_ORDERED:
                return compare(left, registers[right]) < 0;
            case AT_MOST_ORDERED:
                return compare(left, registers[right]) <= 0;
            case EQUAL_ORDERED:
                return compare(left, registers[right]) == 0;
            case LISTED:
                return lists[right].contains(left, epochSecond);
            case ALWAYS:
                return true;
            default:
                throw new IllegalStateException("no such test: " + kind);
        }
    }

    /** Computes the value of a step and tells where to go on. */
    private static int value(int[] code, int step, long left, long right, long[] registers) {
        int kind = code[step];
        if (fails(kind, left, right)) {
            return code[step + 4];
        }
        registers[code[step + 3]] = value(kind, left, right);
        return kind == MOVE ? code[step + 4] : step + WIDTH;
    }

    private static boolean fails(int kind, long left, long right) {
        switch (kind) {
            case ADD_LONG:
                return ((left ^ (left + right)) & (right ^ (left + right))) < 0;
            case SUBTRACT_LONG:
                return ((left ^ right) & (left ^ (left - right))) < 0;
            case MULTIPLY_LONG:
                return Math.multiplyHigh(left, right) != (left * right) >> 63;
            case DIVIDE_LONG:
                return right == 0 || (left == Long.MIN_VALUE && right == -1);
            case REMAINDER_LONG:
                return right == 0;
            case NEGATE_LONG:
                return left == Long.MIN_VALUE;
            case TO_LONG:
                double value = Double.longBitsToDouble(left);
                // CEL refuses both ends, since a double there may stand for a number beyond; NaN fails, too.
                return !(value > Long.MIN_VALUE && value < 0x1p63);
            case ADD_TO_TIME:
                return isOutside(left + right, FIRST_TIME, LAST_TIME);
            case SUBTRACT_FROM_TIME:
                return isOutside(left - right, FIRST_TIME, LAST_TIME);
            case SUBTRACT_TIMES:
                return isOutside(left - right, -LONGEST_BETWEEN, LONGEST_BETWEEN);
            case ADD_DURATION:
                return isOutside(left + right, -LONGEST, LONGEST);
            case SUBTRACT_DURATION:
                return isOutside(left - right, -LONGEST, LONGEST);
            default:
                return false;
        }
    }

    /** The value of a step that does not fail. */
    static long value(int kind, long left, long right) {
        switch (kind) {
            case ADD_DOUBLE:
                return bits(Double.longBitsToDouble(left) + Double.longBitsToDouble(right));
            case SUBTRACT_DOUBLE:
                return bits(Double.longBitsToDouble(left) - Double.longBitsToDouble(right));
            case MULTIPLY_DOUBLE:
                return bits(Double.longBitsToDouble(left) * Double.longBitsToDouble(right));
            case DIVIDE_DOUBLE:
                return bits(Double.longBitsToDouble(left) / Double.longBitsToDouble(right));
            case NEGATE_DOUBLE:
                return bits(-Double.longBitsToDouble(left));
            case ADD_LONG:
            case ADD_TO_TIME:
            case ADD_DURATION:
                return left + right;
            case SUBTRACT_LONG:
            case SUBTRACT_FROM_TIME:
            case SUBTRACT_TIMES:
            case SUBTRACT_DURATION:
                return left - right;
            case MULTIPLY_LONG:
                return left * right;
            case DIVIDE_LONG:
                return left / right;
            case REMAINDER_LONG:
                return left % right;
            case NEGATE_LONG:
                return -left;
            case TO_LONG:
                return (long) Double.longBitsToDouble(left);
            case TO_DOUBLE:
                return bits((double) left);
            case MOVE:
                return left;
            default:
                return ofTime(kind, left);
        }
    }

    /** CEL counts months and days from 0, and days of the week from Sunday. */
    private static long ofTime(int kind, long epochSecond) {
        long day = Math.floorDiv(epochSecond, DAY);
        long second = Math.floorMod(epochSecond, DAY);
        switch (kind) {
            case YEAR:
                return LocalDate.ofEpochDay(day).getYear();
            case MONTH:
                return LocalDate.ofEpochDay(day).getMonthValue() - 1L;
            case DAY_OF_YEAR:
                return LocalDate.ofEpochDay(day).getDayOfYear() - 1L;
            case DAY_OF_MONTH:
                return LocalDate.ofEpochDay(day).getDayOfMonth() - 1L;
            case DAY_OF_WEEK:
                return Math.floorMod(day + THURSDAY, 7);
            case HOUR:
                return second / HOURS;
            case MINUTE:
                return second % HOURS / MINUTES;
            case SECOND:
                return second % MINUTES;
            default:
                throw new IllegalStateException("no such step: " + kind);
        }
    }

    private static boolean isOutside(long value, long from, long to) {
        return value < from || value > to;
    }

    private static int compare(long left, long right) {
        return Double.compare(Double.longBitsToDouble(left), Double.longBitsToDouble(right));
    }

    private static long bits(double value) {
        return Double.doubleToRawLongBits(value);
    }
}
