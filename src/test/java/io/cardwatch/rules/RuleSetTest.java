package io.cardwatch.rules;

import static io.cardwatch.rules.TestRules.COMPILER;
import static io.cardwatch.rules.TestRules.NOON;
import static io.cardwatch.rules.TestRules.ask;
import static io.cardwatch.rules.TestRules.entry;
import static io.cardwatch.rules.TestRules.firedAt;
import static io.cardwatch.rules.TestRules.rule;
import static io.cardwatch.rules.TestRules.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.Action;
import io.cardwatch.domain.BadInputException;
import io.cardwatch.domain.Transaction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RuleSetTest {
    private static final long DAY = 86_400;

    @Test
    void theGreatestVersionThatHasBegunIsInForce_untilItsOwnEnd() {
        RuleSet rules = set(
                rule("r", 1, "true", Action.REVIEW, 1, false, Rule.UNKNOWN, Rule.OPEN),
                rule("r", 3, "true", Action.BLOCK, 1, false, NOON, NOON + DAY),
                rule("r", 2, "true", Action.ALERT, 1, false, NOON - DAY, NOON + 9 * DAY));
        assertThat(firedAt(rules, NOON - DAY - 1)).containsExactly("r 1");
        assertThat(firedAt(rules, NOON - DAY)).containsExactly("r 2");
        assertThat(firedAt(rules, NOON - 1)).containsExactly("r 2");
        assertThat(firedAt(rules, NOON)).containsExactly("r 3");
        assertThat(firedAt(rules, NOON + DAY - 1)).containsExactly("r 3");
        assertThat(firedAt(rules, NOON + DAY)).isEmpty();
        assertThat(firedAt(rules, NOON + 2 * DAY)).isEmpty();
    }

    @Test
    void oneEvaluatorFollowsEventTimeBackAndForth() {
        List<CompiledRule> rules = LongStream.range(0, 30)
                .mapToObj(day -> COMPILER.compile(rule(
                        "r" + day,
                        1,
                        "tx_amount == 100",
                        Action.REVIEW,
                        1,
                        false,
                        NOON + day * DAY,
                        NOON + (day + 1) * DAY)))
                .collect(Collectors.toList());
        RuleSet.Evaluator evaluator = RuleSet.of(rules, List.of()).evaluator();
        double[] vector = new double[15];
        vector[0] = 100;
        new Random(1).longs(1_000, 0, 30).forEach(day -> {
            FiredRules fired = evaluator.evaluate(payment(NOON + day * DAY + 5), vector, 0, 0);
            assertThat(fired.rules()).extracting(rule -> rule.id).containsExactly("r" + day);
        });
        assertThat(evaluator.evaluate(payment(NOON - 1), vector, 0, 0).rules()).isEmpty();
    }

    @Test
    void aListHoldsAsOfEventTime_alsoWhereItIsEmpty() {
        IdList list = new IdList("stolen", List.of(entry(8, Rule.UNKNOWN, Rule.OPEN), entry(7, NOON, NOON + DAY)));
        Rule asks = rule("r", "listed(\"stolen\", customer_id)");
        assertThat(firedAt(set(List.of(list), asks), NOON - 1)).isEmpty();
        assertThat(firedAt(set(List.of(list), asks), NOON)).containsExactly("r 1");
        assertThat(firedAt(set(List.of(list), asks), NOON + DAY - 1)).containsExactly("r 1");
        assertThat(firedAt(set(List.of(list), asks), NOON + DAY)).isEmpty();
        assertThat(firedAt(set(List.of(new IdList("stolen", List.of())), asks), NOON))
                .isEmpty();
    }

    @Test
    void aListFindsAllItsIds_andNoOthers() {
        long[] ids = LongStream.concat(
                        new Random(1).longs(50_000).map(id -> id >>> 1), LongStream.of(0, Long.MAX_VALUE))
                .distinct()
                .toArray();
        IdList list = new IdList(
                "some",
                LongStream.of(ids)
                        .mapToObj(id -> entry(id, Rule.UNKNOWN, Rule.OPEN))
                        .collect(Collectors.toList()));
        assertThat(LongStream.of(ids)).allMatch(id -> list.contains(id, NOON));
        assertThat(new Random(2).longs(50_000).map(id -> id >>> 1)).noneMatch(id -> list.contains(id, NOON));
        assertThat(LongStream.of(-1, Long.MIN_VALUE)).noneMatch(id -> list.contains(id, NOON));
        assertThatThrownBy(() -> new IdList("some", List.of(entry(7, 0, 1), entry(7, 2, 3))))
                .isInstanceOf(BadInputException.class)
                .hasMessage("list some has the id 7 twice");
    }

    @Test
    void theRuleWithTheLowestPriorityNumberDecides_thenTheOneWithTheLowestId_neverADryRun() {
        RuleSet rules = set(
                rule("b", 1, "true", Action.BLOCK, 2, false, Rule.UNKNOWN, Rule.OPEN),
                rule("a", 1, "true", Action.ALLOW, 2, false, Rule.UNKNOWN, Rule.OPEN),
                rule("z", 1, "true", Action.REVIEW, 1, true, Rule.UNKNOWN, Rule.OPEN),
                rule("not", 1, "false", Action.ALERT, 0, false, Rule.UNKNOWN, Rule.OPEN));
        FiredRules fired = ask(rules, NOON);
        assertThat(fired.rules()).extracting(rule -> rule.id).containsExactly("z", "a", "b");
        assertThat(fired.action(1)).isEqualTo(Action.ALLOW);
        assertThat(fired.json())
                .isEqualTo("[{\"id\":\"z\",\"version\":1,\"action\":\"review\",\"dry_run\":true},"
                        + "{\"id\":\"a\",\"version\":1,\"action\":\"allow\",\"dry_run\":false},"
                        + "{\"id\":\"b\",\"version\":1,\"action\":\"block\",\"dry_run\":false}]");
    }

    @Test
    void whereNoRuleDecidesTheModelDoes() {
        FiredRules dry = ask(set(rule("\"q\"", 1, "true", Action.BLOCK, 1, true, Rule.UNKNOWN, Rule.OPEN)), NOON);
        assertThat(dry.action(1)).isEqualTo(Action.ALERT);
        assertThat(dry.action(0)).isEqualTo(Action.NONE);
        assertThat(dry.json()).startsWith("[{\"id\":\"\\\"q\\\"\",");
        FiredRules none = ask(set(), NOON);
        assertThat(none.action(1)).isEqualTo(Action.ALERT);
        assertThat(none.action(0)).isEqualTo(Action.NONE);
        assertThat(none.json()).isEqualTo("[]");
        assertThat(set().isEmpty()).isTrue();
        assertThat(set(rule("r", "true")).isEmpty()).isFalse();
    }

    @Test
    void aRuleThatFailsIsCounted_andHasNotFired() {
        FiredRules fired = ask(
                set(
                        rule("division", "1 / (customer_id - 7) > 0"),
                        rule("overflow", "customer_id + 9223372036854775807 > 0"),
                        rule("quotient", "-9223372036854775808 / (customer_id - 8) > 0"),
                        rule("true", "true"),
                        rule("saved", "1 / (customer_id - 7) > 0 || tx_amount == 100")),
                NOON);
        assertThat(fired.rules()).extracting(rule -> rule.id).containsExactly("saved", "true");
        assertThat(fired.failures()).isEqualTo(3);
    }

    @Test
    void theVersionIsOfTheContent_notOfItsOrder() {
        List<CompiledRule> rules = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            rules.add(COMPILER.compile(
                    rule("r" + i % 10, 1 + i / 10, "tx_amount > " + i, Action.ALERT, i % 3, false, i, Rule.OPEN)));
        }
        List<IdList> lists = new ArrayList<>(List.of(
                new IdList("b", List.of(entry(1, 2, 3), entry(4, 5, 6))), new IdList("a", List.of(entry(1, 2, 3)))));
        String version = RuleSet.of(rules, lists).version();
        assertThat(version).matches("[0-9a-f]{12}");
        Collections.shuffle(rules, new Random(1));
        lists = List.of(
                new IdList("a", List.of(entry(1, 2, 3))), new IdList("b", List.of(entry(4, 5, 6), entry(1, 2, 3))));
        assertThat(RuleSet.of(rules, lists).version()).isEqualTo(version);
        assertThat(RuleSet.of(rules.subList(1, 20), lists).version()).isNotEqualTo(version);
        assertThat(RuleSet.of(rules, lists.subList(1, 2)).version()).isNotEqualTo(version);
    }

    @Test
    void everythingThatDecidesIsInTheVersion() {
        assertThat(List.of(
                                set(),
                                set(rule("r", "true")),
                                set(rule("s", "true")),
                                set(rule("r", "false")),
                                set(rule("r", 2, "true", Action.REVIEW, 10, false, Rule.UNKNOWN, Rule.OPEN)),
                                set(rule("r", 1, "true", Action.BLOCK, 10, false, Rule.UNKNOWN, Rule.OPEN)),
                                set(rule("r", 1, "true", Action.REVIEW, 11, false, Rule.UNKNOWN, Rule.OPEN)),
                                set(rule("r", 1, "true", Action.REVIEW, 10, true, Rule.UNKNOWN, Rule.OPEN)),
                                set(rule("r", 1, "true", Action.REVIEW, 10, false, 0, Rule.OPEN)),
                                set(rule("r", 1, "true", Action.REVIEW, 10, false, Rule.UNKNOWN, 0)),
                                set(List.of(new IdList("l", List.of()))),
                                set(List.of(new IdList("m", List.of()))),
                                set(List.of(new IdList("l", List.of(entry(1, 2, 3))))),
                                set(List.of(new IdList("l", List.of(entry(1, 2, 4))))),
                                set(List.of(new IdList("l", List.of(entry(1, 3, 3))))),
                                set(List.of(new IdList("l", List.of(entry(2, 2, 3))))))
                        .stream()
                        .map(RuleSet::version))
                .doesNotHaveDuplicates();
    }

    @Test
    void aVersionOrAListThatIsThereTwiceIsRefused() {
        assertThatThrownBy(() -> set(rule("r", "true"), rule("r", "false")))
                .hasMessage("rule r version 1 is there twice");
        assertThatThrownBy(() -> set(List.of(new IdList("l", List.of()), new IdList("l", List.of()))))
                .hasMessage("list l is there twice");
    }

    private static Transaction payment(long epochSecond) {
        return new Transaction(1, epochSecond, 7, 9, 10_000, 0, 0, 0, 0, null, new byte[0]);
    }
}
