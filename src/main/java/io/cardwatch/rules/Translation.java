package io.cardwatch.rules;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.ast.CelExpr.ExprKind.Kind;
import dev.cel.common.ast.CelReference;
import dev.cel.common.types.CelKind;
import io.cardwatch.domain.BadInputException;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Translates a checked expression into the steps of a {@link Program}.
 *
 * <p>A bool becomes jumps: each part of it is told where to go on if it is true, false, or an error. So {@code a && b}
 * asks b only where a is true, and where a is an error asks it again, since false would win; that copy is made only if a
 * can fail. Any other value becomes a register.
 */
final class Translation {
    /** Steps that a rule may take. Two hundred cost about a microsecond. */
    static final int MAX_STEPS = 200;
    /** Where counting ends: copies of what follows an error may grow fast. */
    private static final int COUNTED_STEPS = 100_000;

    /** A place to go on, known once its step is written. */
    private static final class Label {
        private int target;
        private boolean used;

        private Label(int target) {
            this.target = target;
        }
    }

    /** As in {@link Program}; a value that cannot fail has no place to go on. */
    private static final class Step {
        private final int kind;
        private final int left;
        private final int right;
        private final int result;
        private final Label yes;
        private final Label no;

        private Step(int kind, int left, int right, int result, Label yes, Label no) {
            this.kind = kind;
            this.left = left;
            this.right = right;
            this.result = result;
            this.yes = yes;
            this.no = no;
        }
    }

    private static final int UNPLACED = Integer.MIN_VALUE;
    private static final Pattern DURATION = Pattern.compile("(-?)(?:(\\d{1,9})h)?(?:(\\d{1,11})m)?(?:(\\d{1,12})s)?");
    private static final long HOUR = 3_600;
    private static final long MINUTE = 60;

    /** Functions of one or two values, by CEL's name of the overload. */
    private static final Map<String, Integer> VALUES = Map.ofEntries(
            Map.entry("add_double", Program.ADD_DOUBLE),
            Map.entry("subtract_double", Program.SUBTRACT_DOUBLE),
            Map.entry("multiply_double", Program.MULTIPLY_DOUBLE),
            Map.entry("divide_double", Program.DIVIDE_DOUBLE),
            Map.entry("negate_double", Program.NEGATE_DOUBLE),
            Map.entry("add_int64", Program.ADD_LONG),
            Map.entry("subtract_int64", Program.SUBTRACT_LONG),
            Map.entry("multiply_int64", Program.MULTIPLY_LONG),
            Map.entry("divide_int64", Program.DIVIDE_LONG),
            Map.entry("modulo_int64", Program.REMAINDER_LONG),
            Map.entry("negate_int64", Program.NEGATE_LONG),
            Map.entry("double_to_int64", Program.TO_LONG),
            Map.entry("int64_to_double", Program.TO_DOUBLE),
            Map.entry("add_timestamp_duration", Program.ADD_TO_TIME),
            Map.entry("add_duration_timestamp", Program.ADD_TO_TIME),
            Map.entry("subtract_timestamp_duration", Program.SUBTRACT_FROM_TIME),
            Map.entry("subtract_timestamp_timestamp", Program.SUBTRACT_TIMES),
            Map.entry("add_duration_duration", Program.ADD_DURATION),
            Map.entry("subtract_duration_duration", Program.SUBTRACT_DURATION),
            Map.entry("timestamp_to_year", Program.YEAR),
            Map.entry("timestamp_to_month", Program.MONTH),
            Map.entry("timestamp_to_day_of_year", Program.DAY_OF_YEAR),
            Map.entry("timestamp_to_day_of_month", Program.DAY_OF_MONTH),
            Map.entry("timestamp_to_day_of_week", Program.DAY_OF_WEEK),
            Map.entry("timestamp_to_hours", Program.HOUR),
            Map.entry("timestamp_to_minutes", Program.MINUTE),
            Map.entry("timestamp_to_seconds", Program.SECOND));

    private final CelAbstractSyntaxTree tree;
    private final Map<String, Integer> slots;
    private final Rule rule;
    private final List<Step> steps = new ArrayList<>();
    private final Map<Long, Integer> constants = new LinkedHashMap<>();
    private final List<String> lists = new ArrayList<>();
    private final Map<String, String> listPlaces = new HashMap<>();
    private boolean readsAnomalyScore;
    private int counted;
    private int nextRegister;

    /**
     * A translation.
     *
     * @param rule the rule of the expression
     * @param tree of type bool
     * @param slots registers of the variables, from 0 on
     */
    Translation(Rule rule, CelAbstractSyntaxTree tree, Map<String, Integer> slots) {
        this.rule = rule;
        this.tree = tree;
        this.slots = slots;
        this.nextRegister = slots.size();
    }

    /**
     * Translates.
     *
     * @throws BadInputException when the expression has what rules cannot have, or too much of it
     */
    CompiledRule translate() {
        test(tree.getExpr(), new Label(Program.FIRED), new Label(Program.NOT_FIRED), new Label(Program.FAILED));
        if (counted > MAX_STEPS) {
            throw tooLong("");
        }
        int[] code = steps.stream().flatMapToInt(this::code).toArray();
        long[] constantBits =
                constants.keySet().stream().mapToLong(Long::longValue).toArray();
        return new CompiledRule(
                rule,
                readsAnomalyScore,
                code,
                constantBits,
                slots.size(),
                nextRegister - slots.size(),
                lists,
                listPlaces);
    }

    private IntStream code(Step step) {
        boolean test = Program.isTest(step.kind);
        int no = step.no == null ? Program.FAILED : step.no.target;
        return IntStream.of(step.kind, step.left, step.right, test ? step.yes.target : step.result, no);
    }

    private BadInputException tooLong(String more) {
        return new BadInputException(
                rule + ", column 1: the expression takes " + more + counted + " steps, but a rule may take "
                        + MAX_STEPS,
                "Split it into several rules, or keep an enumeration of ids in a list.");
    }

    /** Goes on at {@code yes} where the bool is true, at {@code no} where it is false, at {@code error} else. */
    private void test(CelExpr bool, Label yes, Label no, Label error) {
        switch (bool.getKind()) {
            case CONSTANT:
                jump(bool.constant().booleanValue() ? yes : no);
                return;
            case CALL:
                break;
            default:
                throw unsupported(bool);
        }
        String function = bool.call().function();
        List<CelExpr> arguments = bool.call().args();
        switch (function) {
            case "_&&_":
                and(arguments, yes, no, error, false);
                break;
            case "_||_":
                and(arguments, no, yes, error, true);
                break;
            case "!_":
                test(arguments.get(0), no, yes, error);
                break;
            case "_?_:_":
                Label whenTrue = new Label(UNPLACED);
                Label whenFalse = new Label(UNPLACED);
                test(arguments.get(0), whenTrue, whenFalse, error);
                place(whenTrue);
                test(arguments.get(1), yes, no, error);
                place(whenFalse);
                test(arguments.get(2), yes, no, error);
                break;
            case "_<_":
            case "_<=_":
            case "_==_":
                compare(bool, function, arguments.get(0), arguments.get(1), yes, no, error);
                break;
            case "_>_":
                compare(bool, "_<_", arguments.get(1), arguments.get(0), yes, no, error);
                break;
            case "_>=_":
                compare(bool, "_<=_", arguments.get(1), arguments.get(0), yes, no, error);
                break;
            case "_!=_":
                compare(bool, "_==_", arguments.get(0), arguments.get(1), no, yes, error);
                break;
            case "@in":
                in(bool, yes, no, error);
                break;
            case RuleCompiler.LISTED:
                listed(bool, yes, no, error);
                break;
            default:
                throw unsupported(bool);
        }
    }

    /**
     * A conjunction, or by De Morgan a disjunction: then both ends and both operands are negated.
     *
     * @param goesOn where the whole is decided by the second operand alone
     * @param decided where one operand decides the whole, even if the other is an error
     */
    private void and(List<CelExpr> operands, Label goesOn, Label decided, Label error, boolean negated) {
        Label second = new Label(UNPLACED);
        Label secondAfterError = new Label(UNPLACED);
        testNegated(operands.get(0), second, decided, secondAfterError, negated);
        place(second);
        testNegated(operands.get(1), goesOn, decided, error, negated);
        if (secondAfterError.used) {
            place(secondAfterError);
            testNegated(operands.get(1), error, decided, error, negated);
        }
    }

    private void testNegated(CelExpr bool, Label yes, Label no, Label error, boolean negated) {
        test(bool, negated ? no : yes, negated ? yes : no, error);
    }

    /** {@code function} is {@code _<_}, {@code _<=_} or {@code _==_}. */
    private void compare(
            CelExpr whole, String function, CelExpr left, CelExpr right, Label yes, Label no, Label error) {
        CelKind kind = kind(left);
        if (kind == CelKind.BOOL) {
            compareBools(whole, function, left, right, yes, no, error);
        } else if (kind == kind(right)) {
            int first = kind == CelKind.DOUBLE ? Program.LESS_DOUBLE : Program.LESS_LONG;
            emitTest(first + order(function), value(left, error), value(right, error), yes, no);
        } else {
            emitTest(Program.LESS_ORDERED + order(function), asDouble(left, error), asDouble(right, error), yes, no);
        }
    }

    /** The place of a comparison among the three of its type in {@link Program}. */
    private static int order(String function) {
        return function.equals("_<_") ? 0 : function.equals("_<=_") ? 1 : 2;
    }

    private void compareBools(
            CelExpr whole, String function, CelExpr left, CelExpr right, Label yes, Label no, Label error) {
        if (!function.equals("_==_")) {
            throw notSupported(whole, "an order of bools", "Use &&, || and !");
        }
        Label whenTrue = new Label(UNPLACED);
        Label whenFalse = new Label(UNPLACED);
        test(left, whenTrue, whenFalse, error);
        place(whenTrue);
        test(right, yes, no, error);
        place(whenFalse);
        test(right, no, yes, error);
    }

    private void in(CelExpr membership, Label yes, Label no, Label error) {
        CelExpr sought = membership.call().args().get(0);
        CelExpr list = membership.call().args().get(1);
        if (list.getKind() != Kind.LIST) {
            throw notSupported(list, "\"in\" with what is no list of numbers", "Use [1, 2, 3] or listed(\"name\", id)");
        }
        int whole = value(sought, error);
        int converted = whole;
        for (CelExpr element : list.list().elements()) {
            if (element.getKind() != Kind.CONSTANT) {
                throw notSupported(element, "a list of anything but numbers", "Use several comparisons with ||");
            }
            Label next = new Label(UNPLACED);
            if (kind(sought) == kind(element)) {
                int kind = kind(sought) == CelKind.DOUBLE ? Program.EQUAL_DOUBLE : Program.EQUAL_LONG;
                emitTest(kind, whole, value(element, error), yes, next);
            } else {
                if (kind(sought) == CelKind.INT && converted == whole) {
                    converted = emitValue(Program.TO_DOUBLE, whole, whole, null);
                }
                emitTest(Program.EQUAL_ORDERED, converted, asDouble(element, error), yes, next);
            }
            place(next);
        }
        jump(no);
    }

    private void listed(CelExpr call, Label yes, Label no, Label error) {
        CelExpr name = call.call().args().get(0);
        String text = literal(name);
        if (text == null) {
            throw notSupported(
                    name, "a computed name of a list", "Use the name in quotes, as listed(\"name\", customer_id)");
        }
        if (!lists.contains(text)) {
            lists.add(text);
            listPlaces.put(text, where(name));
        }
        emitTest(Program.LISTED, value(call.call().args().get(1), error), lists.indexOf(text), yes, no);
    }

    /** The register of a number, a time or a duration; goes on at {@code error} where there is none. */
    private int value(CelExpr expression, Label error) {
        switch (expression.getKind()) {
            case CONSTANT:
                return constant(expression);
            case IDENT:
                return variable(expression);
            case CALL:
                break;
            default:
                throw unsupported(expression);
        }
        String function = expression.call().function();
        if (function.equals("_?_:_")) {
            return choice(expression.call().args(), error);
        }
        List<CelExpr> operands = new ArrayList<>(expression.call().args());
        expression.call().target().ifPresent(target -> operands.add(0, target));
        String overload = overload(expression);
        switch (overload) {
            case "string_to_timestamp":
                return constant(timestamp(operands.get(0)));
            case "string_to_duration":
                return constant(duration(operands.get(0)));
            case "int64_to_int64":
            case "double_to_double":
            case "timestamp_to_int64":
            case "timestamp_to_timestamp":
            case "duration_to_duration":
                return value(operands.get(0), error);
            case "timestamp_to_day_of_month_1_based":
                int time = value(operands.get(0), error);
                return emitValue(
                        Program.ADD_LONG, emitValue(Program.DAY_OF_MONTH, time, time, null), constant(1), null);
            case "duration_to_hours":
                return emitValue(Program.DIVIDE_LONG, value(operands.get(0), error), constant(HOUR), null);
            case "duration_to_minutes":
                return emitValue(Program.DIVIDE_LONG, value(operands.get(0), error), constant(MINUTE), null);
            case "duration_to_seconds":
                return value(operands.get(0), error);
            default:
                Integer kind = VALUES.get(overload);
                if (kind == null) {
                    throw unsupported(expression);
                }
                int left = value(operands.get(0), error);
                return emitValue(kind, left, operands.size() > 1 ? value(operands.get(1), error) : left, error);
        }
    }

    private int choice(List<CelExpr> operands, Label error) {
        Label whenTrue = new Label(UNPLACED);
        Label whenFalse = new Label(UNPLACED);
        Label end = new Label(UNPLACED);
        int chosen = nextRegister++;
        test(operands.get(0), whenTrue, whenFalse, error);
        place(whenTrue);
        int left = value(operands.get(1), error);
        emit(new Step(Program.MOVE, left, left, chosen, null, end));
        place(whenFalse);
        int right = value(operands.get(2), error);
        emit(new Step(Program.MOVE, right, right, chosen, null, end));
        place(end);
        return chosen;
    }

    /** The register of a number, as a double. */
    private int asDouble(CelExpr number, Label error) {
        if (kind(number) == CelKind.DOUBLE) {
            return value(number, error);
        }
        if (number.getKind() == Kind.CONSTANT && number.constant().getKind() == CelConstant.Kind.INT64_VALUE) {
            return constant(
                    Double.doubleToRawLongBits((double) number.constant().int64Value()));
        }
        int whole = value(number, error);
        return emitValue(Program.TO_DOUBLE, whole, whole, null);
    }

    private int variable(CelExpr identifier) {
        String name = identifier.ident().name();
        Integer slot = slots.get(name);
        if (slot == null) {
            throw unsupported(identifier);
        }
        readsAnomalyScore |= name.equals(RuleCompiler.ANOMALY_SCORE);
        return slot;
    }

    private int constant(CelExpr literal) {
        CelConstant value = literal.constant();
        switch (value.getKind()) {
            case INT64_VALUE:
                return constant(value.int64Value());
            case DOUBLE_VALUE:
                return constant(Double.doubleToRawLongBits(value.doubleValue()));
            default:
                throw unsupported(literal);
        }
    }

    private int constant(long bits) {
        return ~constants.computeIfAbsent(bits, added -> constants.size());
    }

    private long timestamp(CelExpr text) {
        String literal = literal(text);
        try {
            OffsetDateTime time = literal == null ? null : OffsetDateTime.parse(literal);
            if (time != null
                    && time.getNano() == 0
                    && time.toEpochSecond() >= Program.FIRST_TIME
                    && time.toEpochSecond() <= Program.LAST_TIME) {
                return time.toEpochSecond();
            }
        } catch (DateTimeException e) {
            // Told below, with the others that are no such time.
        }
        throw notSupported(
                text, "such a timestamp", "Use a whole second of the years 1 to 9999, as \"2026-01-31T00:00:00Z\"");
    }

    private long duration(CelExpr text) {
        String literal = literal(text);
        Matcher parts = DURATION.matcher(literal == null ? "" : literal);
        if (parts.matches() && parts.end() > parts.start() + parts.group(1).length()) {
            long seconds = part(parts.group(2)) * HOUR + part(parts.group(3)) * MINUTE + part(parts.group(4));
            if (seconds <= Program.LONGEST) {
                return parts.group(1).isEmpty() ? seconds : -seconds;
            }
        }
        throw notSupported(
                text,
                "such a duration",
                "Use whole hours, minutes and seconds of at most ten thousand years, as \"36h\" or \"1h30m\"");
    }

    private static long part(String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /** The text of a string literal, or null. */
    private static String literal(CelExpr expression) {
        return expression.getKind() == Kind.CONSTANT && expression.constant().getKind() == CelConstant.Kind.STRING_VALUE
                ? expression.constant().stringValue()
                : null;
    }

    private CelKind kind(CelExpr expression) {
        return tree.getTypeOrThrow(expression.id()).kind();
    }

    /** The name of the one overload that a call can mean, or an empty text. */
    private String overload(CelExpr call) {
        return tree.getReference(call.id())
                .map(CelReference::overloadIds)
                .filter(overloads -> overloads.size() == 1)
                .map(overloads -> overloads.get(0))
                .orElse("");
    }

    private BadInputException unsupported(CelExpr expression) {
        switch (expression.getKind()) {
            case COMPREHENSION:
                return notSupported(expression, "a macro over a list", "Use several comparisons with && and ||");
            case LIST:
                return notSupported(expression, "a list outside of \"in\"", "Use x in [1, 2, 3]");
            case CONSTANT:
                return notSupported(
                        expression,
                        "a literal of type "
                                + tree.getTypeOrThrow(expression.id()).name(),
                        "Use numbers, times and durations; text only as the name of a list");
            case CALL:
                String overload = overload(expression);
                if (overload.endsWith("_with_tz")) {
                    return notSupported(expression, "a time zone", "Use UTC, as tx_datetime.getHours()");
                }
                return notSupported(
                        expression,
                        RuleCompiler.withoutUnderscores(expression.call().function()) + " on these types",
                        "Use comparisons, arithmetic, times and listed(\"name\", id)");
            default:
                return notSupported(
                        expression,
                        "a value of type "
                                + tree.getTypeOrThrow(expression.id()).name(),
                        "Use numbers, times and durations");
        }
    }

    private BadInputException notSupported(CelExpr expression, String construct, String instead) {
        return new BadInputException(
                rule + ", " + where(expression) + ": " + construct + " is not supported in rules", instead + ".");
    }

    private String where(CelExpr expression) {
        Integer offset = tree.getSource().getPositionsMap().get(expression.id());
        return tree.getSource()
                .getOffsetLocation(offset == null ? 0 : offset)
                .map(RuleCompiler::place)
                .orElse("column 1");
    }

    private void place(Label label) {
        label.target = steps.size() * Program.WIDTH;
    }

    private void jump(Label to) {
        emitTest(Program.ALWAYS, 0, 0, to, to);
    }

    private void emitTest(int kind, int left, int right, Label yes, Label no) {
        yes.used = true;
        no.used = true;
        emit(new Step(kind, left, right, 0, yes, no));
    }

    /** Returns the register of the result. {@code error} is null for what cannot fail with these operands. */
    private int emitValue(int kind, int left, int right, Label error) {
        int result = nextRegister++;
        Label no = Program.canFail(kind) ? error : null;
        if (no != null) {
            no.used = true;
        }
        emit(new Step(kind, left, right, result, null, no));
        return result;
    }

    private void emit(Step step) {
        counted++;
        if (counted > COUNTED_STEPS) {
            throw tooLong("at least ");
        }
        if (counted <= MAX_STEPS) {
            steps.add(step);
        }
    }
}
