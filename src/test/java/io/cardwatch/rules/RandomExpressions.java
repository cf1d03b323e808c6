package io.cardwatch.rules;

import java.util.List;
import java.util.Random;

/**
 * Random expressions of a type, each in our dialect and in plain CEL, which asks for {@code dyn} where an int and a double
 * are said to be equal. All that rules can have is in them, and much of it fails on some rows.
 */
final class RandomExpressions {
    /** An expression in both dialects. */
    static final class Text {
        final String ours;
        final String plain;

        private Text(String ours, String plain) {
            this.ours = ours;
            this.plain = plain;
        }
    }

    private static final List<String> LESS = List.of("<", "<=", ">", ">=");
    private static final List<String> EQUAL = List.of("==", "!=");
    private static final List<String> ACCESSORS = List.of(
            "getFullYear",
            "getMonth",
            "getDayOfYear",
            "getDayOfMonth",
            "getDate",
            "getDayOfWeek",
            "getHours",
            "getMinutes",
            "getSeconds");
    private static final List<String> DOUBLES = List.of(
            "0.0", "-0.0", "1.5", "100.0", "-3.25", "1e308", "9223372036854775808.0", "9007199254740993.0", "0.1");
    private static final List<String> INTS = List.of(
            "0", "1", "-1", "7", "100", "9007199254740993", "9223372036854775807", "-9223372036854775808", "3600");
    private static final List<String> TIMES = List.of(
            "timestamp(\"2026-01-31T00:00:00Z\")",
            "timestamp(\"2000-02-29T23:59:59+02:00\")",
            "timestamp(\"0001-01-01T00:00:00Z\")",
            "timestamp(\"9999-12-31T23:59:59Z\")");
    private static final List<String> DURATIONS = List.of(
            "duration(\"0s\")",
            "duration(\"90m\")",
            "duration(\"-1h30m5s\")",
            "duration(\"87659999h\")",
            "duration(\"-24h\")",
            "duration(\"86399s\")");

    private final Random random;
    private final List<String> doubles;

    RandomExpressions(Random random, List<String> doubles) {
        this.random = random;
        this.doubles = doubles;
    }

    Text bool(int depth) {
        switch (random.nextInt(depth == 0 ? 5 : 10)) {
            case 0:
                return binary(ofDouble(depth - 1), pick(LESS), ofDouble(depth - 1));
            case 1:
                return compared(depth);
            case 2:
                return listed(depth);
            case 3:
                return in(depth);
            case 4:
                return random.nextInt(4) == 0 ? same(pick(List.of("true", "false"))) : compared(depth);
            case 5:
                return binary(bool(depth - 1), "&&", bool(depth - 1));
            case 6:
                return binary(bool(depth - 1), "||", bool(depth - 1));
            case 7:
                return format("!(%s)", bool(depth - 1));
            case 8:
                return choice(bool(depth - 1), bool(depth - 1), bool(depth - 1));
            default:
                return binary(bool(depth - 1), pick(EQUAL), bool(depth - 1));
        }
    }

    private Text compared(int depth) {
        String operator = random.nextBoolean() ? pick(LESS) : pick(EQUAL);
        switch (random.nextInt(6)) {
            case 0:
                return binary(ofDouble(depth - 1), operator, ofDouble(depth - 1));
            case 1:
                return binary(ofInt(depth - 1), operator, ofInt(depth - 1));
            case 2:
                return mixed(ofDouble(depth - 1), operator, ofInt(depth - 1));
            case 3:
                return mixed(ofInt(depth - 1), operator, ofDouble(depth - 1));
            case 4:
                return binary(ofTime(depth - 1), operator, ofTime(depth - 1));
            default:
                return binary(ofDuration(depth - 1), operator, ofDuration(depth - 1));
        }
    }

    private Text mixed(Text left, String operator, Text right) {
        String plain = EQUAL.contains(operator) ? "(dyn(%s) %s %s)" : "(%s %s %s)";
        return new Text(
                String.format("(%s %s %s)", left.ours, operator, right.ours),
                String.format(plain, left.plain, operator, right.plain));
    }

    private Text listed(int depth) {
        return format("listed(\"" + pick(List.of("some", "none")) + "\", %s)", ofInt(depth - 1));
    }

    private Text in(int depth) {
        Text sought = random.nextBoolean() ? ofDouble(depth - 1) : ofInt(depth - 1);
        String elements = pick(List.of(
                String.join(", ", pick(INTS), pick(INTS), pick(INTS)),
                String.join(", ", pick(DOUBLES), pick(DOUBLES)),
                String.join(", ", pick(DOUBLES), pick(INTS)),
                ""));
        return new Text(
                String.format("(%s in [%s])", sought.ours, elements),
                String.format("(dyn(%s) in [%s])", sought.plain, elements));
    }

    private Text ofDouble(int depth) {
        switch (random.nextInt(depth <= 0 ? 3 : 7)) {
            case 0:
                return same("(" + pick(DOUBLES) + ")");
            case 1:
            case 2:
                return same(pick(doubles));
            case 3:
                return format("-(%s)", ofDouble(depth - 1));
            case 4:
                return format("double(%s)", random.nextBoolean() ? ofInt(depth - 1) : ofDouble(depth - 1));
            case 5:
                return choice(bool(depth - 1), ofDouble(depth - 1), ofDouble(depth - 1));
            default:
                return binary(ofDouble(depth - 1), pick(List.of("+", "-", "*", "/")), ofDouble(depth - 1));
        }
    }

    private Text ofInt(int depth) {
        switch (random.nextInt(depth <= 0 ? 3 : 9)) {
            case 0:
                return same("(" + pick(INTS) + ")");
            case 1:
            case 2:
                return same(pick(List.of("customer_id", "terminal_id")));
            case 3:
                return format("-(%s)", ofInt(depth - 1));
            case 4:
                return format("int(%s)", pick(List.of(ofDouble(depth - 1), ofTime(depth - 1), ofInt(depth - 1))));
            case 5:
                return choice(bool(depth - 1), ofInt(depth - 1), ofInt(depth - 1));
            case 6:
                return format("%s." + pick(ACCESSORS) + "()", ofTime(depth - 1));
            case 7:
                return format(
                        "%s." + pick(List.of("getHours", "getMinutes", "getSeconds")) + "()", ofDuration(depth - 1));
            default:
                return binary(ofInt(depth - 1), pick(List.of("+", "-", "*", "/", "%")), ofInt(depth - 1));
        }
    }

    private Text ofTime(int depth) {
        switch (random.nextInt(depth <= 0 ? 3 : 7)) {
            case 0:
                return same(pick(TIMES));
            case 1:
            case 2:
                return same("tx_datetime");
            case 3:
                return choice(bool(depth - 1), ofTime(depth - 1), ofTime(depth - 1));
            case 4:
                return binary(ofDuration(depth - 1), "+", ofTime(depth - 1));
            case 5:
                return format("timestamp(%s)", ofTime(depth - 1));
            default:
                return binary(ofTime(depth - 1), pick(List.of("+", "-")), ofDuration(depth - 1));
        }
    }

    private Text ofDuration(int depth) {
        switch (random.nextInt(depth <= 0 ? 1 : 5)) {
            case 0:
                return same(pick(DURATIONS));
            case 1:
                return choice(bool(depth - 1), ofDuration(depth - 1), ofDuration(depth - 1));
            case 2:
                return binary(ofTime(depth - 1), "-", ofTime(depth - 1));
            case 3:
                return format("duration(%s)", ofDuration(depth - 1));
            default:
                return binary(ofDuration(depth - 1), pick(List.of("+", "-")), ofDuration(depth - 1));
        }
    }

    private static Text choice(Text condition, Text yes, Text no) {
        return new Text(
                String.format("(%s ? %s : %s)", condition.ours, yes.ours, no.ours),
                String.format("(%s ? %s : %s)", condition.plain, yes.plain, no.plain));
    }

    private static Text binary(Text left, String operator, Text right) {
        return new Text(
                "(" + left.ours + " " + operator + " " + right.ours + ")",
                "(" + left.plain + " " + operator + " " + right.plain + ")");
    }

    private static Text format(String pattern, Text part) {
        return new Text(pattern.replace("%s", part.ours), pattern.replace("%s", part.plain));
    }

    private static Text same(String text) {
        return new Text(text, text);
    }

    private <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }
}
