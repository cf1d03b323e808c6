package io.cardwatch.bench;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import io.cardwatch.domain.Action;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Transaction;
import io.cardwatch.rules.CelOracle;
import io.cardwatch.rules.CompiledRule;
import io.cardwatch.rules.IdList;
import io.cardwatch.rules.Rule;
import io.cardwatch.rules.RuleCompiler;
import io.cardwatch.rules.RuleSet;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * CPU time of rules of four terms joined by {@code &&}, over random payments, one thread, ours beside CEL's standard
 * runtime. Terms compare features, ids and times with numbers, or ask a list; in one kind of rules half of the terms hold,
 * in the other nearly all but the last, which hardly ever does. Prints the median of eleven runs after five for warming up,
 * the runs of both alternating.
 *
 * <pre>
 * mvn -q -Pbench process-test-classes -Dbench.class=io.cardwatch.bench.RulesBenchmark
 * </pre>
 */
public final class RulesBenchmark {
    /** A payment with all that rules read. */
    private static final class Payment {
        private final Transaction transaction;
        private final double[] vector;
        private final CelVariableResolver variables;

        private Payment(Random random, CelOracle oracle) {
            transaction = new Transaction(
                    1,
                    MIDNIGHT + random.nextInt(DAY),
                    random.nextInt(IDS),
                    random.nextInt(IDS),
                    0,
                    0,
                    0,
                    0,
                    0,
                    null,
                    new byte[0]);
            vector = random.doubles(FEATURES.size()).map(value -> value * RANGE).toArray();
            variables = oracle.variables(transaction, vector, vector[0] / RANGE, vector[1] / RANGE);
        }
    }

    private static final int WARM_UPS = 5;
    private static final FeatureSet FEATURES = FeatureSet.EXTENDED;
    private static final int TERMS = 4;
    private static final long MIDNIGHT = 1_767_225_600L;
    private static final int DAY = 86_400;
    private static final int IDS = 20_000;
    private static final double RANGE = 100;
    private static final Set<Long> LISTED =
            LongStream.range(0, IDS / 2).mapToObj(id -> 2 * id).collect(Collectors.toSet());
    private static final ThreadMXBean CLOCK = ManagementFactory.getThreadMXBean();

    private RulesBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        run(1_000, 2_000, 100, 11, System.out);
    }

    /** Prints one line per kind of rules. CEL gets fewer of the payments. */
    public static void run(int rules, int payments, int paymentsOfCel, int runs, PrintStream out) throws Exception {
        compare("half of the terms hold", 0.5, rules, payments, paymentsOfCel, runs, out);
        compare("the last term decides", 0.98, rules, payments, paymentsOfCel, runs, out);
    }

    private static void compare(
            String kind, double share, int rules, int payments, int paymentsOfCel, int runs, PrintStream out)
            throws CelEvaluationException {
        Random random = new Random(1);
        CelOracle oracle = new CelOracle(FEATURES, LISTED);
        List<Payment> rows = IntStream.range(0, payments)
                .mapToObj(i -> new Payment(random, oracle))
                .toList();
        List<String> expressions = IntStream.range(0, rules)
                .mapToObj(i -> expression(random, share))
                .toList();
        RuleCompiler compiler = new RuleCompiler(FEATURES);
        long start = CLOCK.getCurrentThreadCpuTime();
        List<CompiledRule> compiled = expressions.stream()
                .map(expression -> compiler.compile(rule(expression)))
                .toList();
        double compiling = (CLOCK.getCurrentThreadCpuTime() - start) / 1e6 / rules;
        RuleSet.Evaluator evaluator = RuleSet.of(compiled, List.of(list())).evaluator();
        List<CelRuntime.Program> programs =
                expressions.stream().map(oracle::program).toList();
        Samples ours = new Samples(runs);
        Samples theirs = new Samples(runs);
        List<Payment> rowsOfCel = rows.subList(0, Math.min(payments, paymentsOfCel));
        if (fired(evaluator, rowsOfCel) != fired(programs, rowsOfCel)) {
            throw new IllegalStateException("other rules fire than in CEL");
        }
        for (int run = -WARM_UPS; run < runs; run++) {
            long begin = CLOCK.getCurrentThreadCpuTime();
            fired(evaluator, rows);
            long between = CLOCK.getCurrentThreadCpuTime();
            fired(programs, rowsOfCel);
            long end = CLOCK.getCurrentThreadCpuTime();
            if (run >= 0) {
                ours.set(run, (between - begin) / 1e3 / rows.size());
                theirs.set(run, (end - between) / 1e3 / rowsOfCel.size());
            }
        }
        out.printf(
                Locale.ROOT,
                "%d rules of %d terms, %s: %s us a payment; CEL's standard runtime %s; ratio %.0f; %.2f ms to compile a rule%n",
                rules,
                TERMS,
                kind,
                ours.text("%.1f"),
                theirs.text("%,.0f"),
                theirs.median() / ours.median(),
                compiling);
    }

    /** Returns how many rules fired, so that nothing is left out. */
    private static long fired(RuleSet.Evaluator evaluator, List<Payment> rows) {
        long fired = 0;
        for (Payment row : rows) {
            fired += evaluator
                    .evaluate(row.transaction, row.vector, row.vector[0] / RANGE, row.vector[1] / RANGE)
                    .rules()
                    .size();
        }
        return fired;
    }

    private static long fired(List<CelRuntime.Program> programs, List<Payment> rows) throws CelEvaluationException {
        long fired = 0;
        for (Payment row : rows) {
            for (CelRuntime.Program program : programs) {
                fired += (Boolean) program.eval(row.variables) ? 1 : 0;
            }
        }
        return fired;
    }

    private static String expression(Random random, double share) {
        return IntStream.range(0, TERMS)
                .mapToObj(i -> term(random, i == TERMS - 1 ? 1 - share : share))
                .collect(Collectors.joining(" && "));
    }

    /** A term of which a {@code share} holds, as far as it can. */
    private static String term(Random random, double share) {
        double near = share + (1 - share) * (random.nextDouble() - 0.5);
        String feature =
                FEATURES.features().get(random.nextInt(FEATURES.size())).column();
        switch (random.nextInt(8)) {
            case 0:
                return "tx_datetime.getHours() >= " + (int) (24 * (1 - near));
            case 1:
                return "customer_id < " + (int) (IDS * near);
            case 2:
                return (share > 0.5 ? "!" : "") + "(listed(\"some\", terminal_id) && customer_id > "
                        + (int) (IDS * near) + ")";
            case 3:
                return "fraud_probability > " + (1 - near);
            case 4:
                return feature + " >= " + (int) (RANGE * (1 - near));
            default:
                return feature + " < " + RANGE * near;
        }
    }

    private static Rule rule(String expression) {
        return new Rule(
                expression, 1, expression, Action.REVIEW, 1, false, Rule.UNKNOWN, Rule.OPEN, "", "", Rule.UNKNOWN);
    }

    private static IdList list() {
        return new IdList(
                "some",
                LISTED.stream()
                        .map(id -> new IdList.Entry(id, Rule.UNKNOWN, Rule.OPEN, "", ""))
                        .toList());
    }
}
