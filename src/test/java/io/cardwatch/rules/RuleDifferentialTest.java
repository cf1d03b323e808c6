package io.cardwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelVariableResolver;
import io.cardwatch.domain.Action;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.Transaction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random rules over random payments, beside CEL's own runtime: the same fire, and as many fail. */
class RuleDifferentialTest {
    private static final FeatureSet FEATURES = FeatureSet.EXTENDED;
    private static final double[] ODD_DOUBLES = {
        Double.NaN,
        Double.POSITIVE_INFINITY,
        Double.NEGATIVE_INFINITY,
        -0.0,
        0.0,
        1,
        100,
        0x1p63,
        -0x1p63,
        0x1p53,
        1e308,
        Double.MIN_VALUE,
        1.5,
        9.3e18,
        -1
    };
    private static final long[] ODD_LONGS = {
        0, 1, 7, 100, 9_007_199_254_740_992L, 9_007_199_254_740_993L, Long.MAX_VALUE, Long.MAX_VALUE - 1
    };
    private static final Set<Long> SOME = Set.of(0L, 7L, 9_007_199_254_740_993L, Long.MAX_VALUE);
    private static final String FIRED = "fired";
    private static final String NOT_FIRED = "not fired";
    private static final String FAILED = "failed";
    private static final int RULES = 500;
    private static final int PAYMENTS = 20;

    private final RuleCompiler compiler = new RuleCompiler(FEATURES);
    private final CelOracle oracle = new CelOracle(FEATURES, SOME);

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void rulesFireAndFailAsInCel(long seed) {
        Random random = new Random(seed);
        RandomExpressions expressions = new RandomExpressions(
                random,
                List.of(
                        "tx_amount",
                        "customer_id_nb_tx_1day_window",
                        "terminal_id_fraud_run_days",
                        "fraud_probability",
                        "anomaly_score"));
        List<CompiledRule> rules = new ArrayList<>();
        List<CelRuntime.Program> programs = new ArrayList<>();
        while (rules.size() < RULES) {
            RandomExpressions.Text text = expressions.bool(1 + random.nextInt(4));
            try {
                rules.add(compiler.compile(rule(rules.size(), text.ours)));
                programs.add(oracle.program(text.plain));
            } catch (BadInputException e) {
                assertThat(e).hasMessageContaining("but a rule may take 200");
            }
        }
        List<IdList> lists = List.of(list(), new IdList("none", List.of()));
        RuleSet.Evaluator together = RuleSet.of(rules, lists).evaluator();
        List<RuleSet.Evaluator> alone = rules.stream()
                .map(rule -> RuleSet.of(List.of(rule), lists).evaluator())
                .toList();
        int fired = 0;
        int failed = 0;
        for (int i = 0; i < PAYMENTS; i++) {
            Transaction payment = payment(random);
            double[] vector =
                    random.doubles(FEATURES.size()).map(any -> odd(random)).toArray();
            double probability = odd(random);
            double anomalyScore = odd(random);
            CelVariableResolver variables = oracle.variables(payment, vector, probability, anomalyScore);
            List<String> expected = new ArrayList<>();
            int failures = 0;
            for (int rule = 0; rule < RULES; rule++) {
                String theirs = outcome(programs.get(rule), variables);
                assertThat(outcome(alone.get(rule).evaluate(payment, vector, probability, anomalyScore)))
                        .as(
                                "%s at %d of customer %d at terminal %d with %s, probability %s and score %s",
                                rules.get(rule).rule().expression,
                                payment.epochSecond,
                                payment.customerId,
                                payment.terminalId,
                                Arrays.toString(vector),
                                probability,
                                anomalyScore)
                        .isEqualTo(theirs);
                if (theirs.equals(FIRED)) {
                    expected.add(rules.get(rule).rule().id);
                }
                failures += theirs.equals(FAILED) ? 1 : 0;
            }
            FiredRules ours = together.evaluate(payment, vector, probability, anomalyScore);
            assertThat(ours.rules()).extracting(rule -> rule.id).isEqualTo(expected);
            assertThat(ours.failures()).isEqualTo(failures);
            fired += expected.size();
            failed += failures;
        }
        assertThat(fired).isBetween(RULES * PAYMENTS / 10, RULES * PAYMENTS * 9 / 10);
        assertThat(failed).isGreaterThan(RULES * PAYMENTS / 100);
    }

    private static String outcome(FiredRules rules) {
        return rules.failures() > 0 ? FAILED : rules.rules().isEmpty() ? NOT_FIRED : FIRED;
    }

    private static String outcome(CelRuntime.Program program, CelVariableResolver variables) {
        try {
            return (Boolean) program.eval(variables) ? FIRED : NOT_FIRED;
        } catch (CelEvaluationException e) {
            return FAILED;
        }
    }

    private static Rule rule(int number, String expression) {
        return new Rule(
                "r" + number,
                1,
                expression,
                Action.ALERT,
                number,
                false,
                Rule.UNKNOWN,
                Rule.OPEN,
                "",
                "",
                Rule.UNKNOWN);
    }

    private static IdList list() {
        return new IdList(
                "some",
                SOME.stream()
                        .map(id -> new IdList.Entry(id, Rule.UNKNOWN, Rule.OPEN, "", ""))
                        .collect(Collectors.toList()));
    }

    private static Transaction payment(Random random) {
        long second = 946_684_800L + Math.floorMod(random.nextLong(), 3_155_760_000L);
        return new Transaction(1, second, id(random), id(random), 0, 0, 0, 0, 0, null, new byte[0]);
    }

    private static long id(Random random) {
        return random.nextBoolean() ? ODD_LONGS[random.nextInt(ODD_LONGS.length)] : random.nextLong() >>> 1;
    }

    private static double odd(Random random) {
        return random.nextBoolean() ? ODD_DOUBLES[random.nextInt(ODD_DOUBLES.length)] : random.nextGaussian() * 200;
    }
}
