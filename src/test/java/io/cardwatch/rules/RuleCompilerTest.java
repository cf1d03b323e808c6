package io.cardwatch.rules;

import static io.cardwatch.rules.TestRules.COMPILER;
import static io.cardwatch.rules.TestRules.NOON;
import static io.cardwatch.rules.TestRules.firedAt;
import static io.cardwatch.rules.TestRules.rule;
import static io.cardwatch.rules.TestRules.set;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.BadInputException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleCompilerTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "tx_amount == 100",
                "100 <= tx_amount && tx_amount < 100.5",
                "customer_id_nb_tx_1day_window in [1, 2]",
                "customer_id in [7, 8] && terminal_id != 7",
                "fraud_probability == 0.25",
                "tx_datetime == timestamp(\"2026-01-31T13:00:00+01:00\")",
                "tx_datetime - timestamp(\"2026-01-30T00:00:00Z\") == duration(\"36h\")",
                "tx_datetime.getHours() == 12 && tx_datetime.getDayOfWeek() == 6 && tx_datetime.getDate() == 31",
                "int(tx_amount) / 3 == 33 && double(customer_id) * 2.0 == 14.0",
                "(tx_amount > 50 ? customer_id : terminal_id) == 7",
                "1 / (customer_id - 7) > 0 || true",
            })
    void whatIsTrueOfThePaymentFires(String expression) {
        assertThat(firedAt(set(rule("r", expression)), NOON)).containsExactly("r 1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '@',
            textBlock =
                    """
            tx_amuont > 5 @ column 1: tx_amuont is not known in rules @ Did you mean tx_amount?
            tx_amount > 5 && lsted("a", customer_id) @ column 23: lsted is not known in rules @ Did you mean listed?
            customer_id_amount_ratio > 2.5 @ column 1: customer_id_amount_ratio is no feature of features.set=reference, which the job computes @ Run the job with features.set=extended, or leave the feature out.
            tx_amount * 2 > 5 @ column 11: * cannot be applied to '(double, int)' @ Write whole numbers that are added to or multiplied with features with a point, as 2.0.
            tx_amount > "5" @ column 11: > cannot be applied to '(double, string)' @ Features are doubles, ids are ints, and tx_datetime is a timestamp.
            tx_amount + 1.0 @ column 11: expected type 'bool' but found 'double' @ Correct the expression; it must be CEL and give true or false.
            tx_datetime.getHours("Europe/Rome") < 6 @ column 21: a time zone is not supported in rules @ Use UTC, as tx_datetime.getHours().
            [1, 2].exists(x, x == customer_id) @ column 14: a macro over a list is not supported in rules @ Use several comparisons with && and ||.
            customer_id > 5 && size("abc") == 3 @ column 24: size on these types is not supported in rules @ Use comparisons, arithmetic, times and listed("name", id).
            timestamp("2026-01-31") < tx_datetime @ column 11: such a timestamp is not supported in rules @ Use a whole second of the years 1 to 9999, as "2026-01-31T00:00:00Z".
            tx_datetime < tx_datetime + duration("1.5s") @ column 38: such a duration is not supported in rules @ Use whole hours, minutes and seconds of at most ten thousand years, as "36h" or "1h30m".
            listed("a" + "b", customer_id) @ column 12: a computed name of a list is not supported in rules @ Use the name in quotes, as listed("name", customer_id).
            5u < 4u @ column 1: a literal of type uint is not supported in rules @ Use numbers, times and durations; text only as the name of a list.
            dyn(1) == 1 @ column 4: dyn on these types is not supported in rules @ Use comparisons, arithmetic, times and listed("name", id).
            true < false @ column 6: an order of bools is not supported in rules @ Use &&, || and !.
            """)
    void whatIsNoRuleIsRefusedAtItsColumn(String expression, String cause, String remedy) {
        assertThatThrownBy(() -> COMPILER.compile(rule("r", expression)))
                .isInstanceOf(BadInputException.class)
                .hasMessage("rule r version 1, " + cause)
                .extracting(e -> ((BadInputException) e).remedy())
                .isEqualTo(remedy);
    }

    @Test
    void ofSeveralLinesTheLineIsNamed() {
        assertThatThrownBy(() -> COMPILER.compile(rule("r", "tx_amount > 5 &&\n  amount < 7")))
                .hasMessage("rule r version 1, line 2 column 3: amount is not known in rules");
    }

    @Test
    void aSyntaxErrorIsToldWithItsColumn() {
        assertThatThrownBy(() -> COMPILER.compile(rule("r", "tx_amount > 5 &&")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("column 17: ");
    }

    @Test
    void aRuleThatReadsTheAnomalyScoreSaysSo() {
        assertThat(COMPILER.compile(rule("r", "tx_amount > 5 || anomaly_score > 1"))
                        .readsAnomalyScore())
                .isTrue();
        assertThat(COMPILER.compile(rule("r", "tx_amount > 5")).readsAnomalyScore())
                .isFalse();
    }

    @Test
    void anExpressionOfTooManyStepsIsRefusedWithItsCount() {
        String within = String.join(" || ", Collections.nCopies(200, "tx_amount > 5"));
        assertThat(COMPILER.compile(rule("r", within)).steps()).isEqualTo(200);
        assertThatThrownBy(() -> COMPILER.compile(rule("r", within + " || tx_amount > 5")))
                .hasMessage("rule r version 1, column 1: the expression takes 201 steps, but a rule may take 200");
    }

    @Test
    void anExpressionWhoseStepsGrowWithItsDepthIsRefusedSoon() {
        String nested = "tx_amount > 5";
        for (int i = 0; i < 40; i++) {
            nested = "((1 / customer_id == 1 && " + nested + ") == (tx_amount > " + i + "))";
        }
        String expression = nested;
        assertThatThrownBy(() -> COMPILER.compile(rule("r", expression)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("but a rule may take 200");
    }

    @Test
    void aLongChainIsRefused_notTheEndOfTheStack() {
        String expression = String.join(" + ", Collections.nCopies(600, "1.0")) + " > 1.0";
        assertThatThrownBy(() -> COMPILER.compile(rule("r", expression)))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("recursion limit exceeded");
        assertThatThrownBy(() -> COMPILER.compile(rule("r", "(".repeat(1_500) + "true" + ")".repeat(1_500))))
                .isInstanceOf(BadInputException.class);
        assertThatThrownBy(() -> COMPILER.compile(rule("r", "true || ".repeat(1_000) + "true")))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("4000");
    }

    @Test
    void aListThatIsNotThereIsNamedWithItsColumn() {
        CompiledRule compiled = COMPILER.compile(rule("r", "tx_amount > 5 && listed(\"stolen\", customer_id)"));
        compiled.requireLists(Set.of("stolen"));
        assertThatThrownBy(() -> RuleSet.of(List.of(compiled), List.of(new IdList("stolne", List.of()))))
                .hasMessage("rule r version 1, column 25: there is no list \"stolen\"");
    }
}
