package io.cardwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cardwatch.domain.Action;
import io.cardwatch.domain.BadInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleFileTest {
    private static final String YAML =
            """
            # of the fraud team
            rules:
              - rule_id: night
                version: 2
                expression: >-
                  tx_amount > 100
                  && tx_datetime.getHours() < 6
                action: review
                priority: 5
                dry_run: true
                valid_from: 2026-01-31T12:00:00Z
                valid_until: null
                author: "7"
            lists:
              - {list_name: stolen, id: 9223372036854775807, added_at: "1970-01-01T00:00:00Z", reason: called}
              - {list_name: empty}
              - {list_name: stolen, id: 1, expires_at: 2026-01-31T12:00:00Z}
            """;

    @TempDir
    Path directory;

    @Test
    void aFileHasTheColumnsOfTheTables() throws Exception {
        RuleFile file = RuleFile.read(Files.writeString(directory.resolve("rules.yaml"), YAML));
        Rule rule = file.rules().get(0);
        assertThat(rule)
                .usingRecursiveComparison()
                .isEqualTo(new Rule(
                        "night",
                        2,
                        "tx_amount > 100 && tx_datetime.getHours() < 6",
                        Action.REVIEW,
                        5,
                        true,
                        TestRules.NOON,
                        Rule.OPEN,
                        "7",
                        "",
                        Rule.UNKNOWN));
        assertThat(file.lists()).extracting(IdList::name).containsExactly("empty", "stolen");
        assertThat(file.lists().get(0).entries()).isEmpty();
        assertThat(file.lists().get(1).entries())
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(
                        new IdList.Entry(1, Rule.UNKNOWN, TestRules.NOON, "", ""),
                        new IdList.Entry(Long.MAX_VALUE, 0, Rule.OPEN, "called", ""));
    }

    @Test
    void whatIsWrittenIsReadBack() {
        RuleFile written = new RuleFile(
                List.of(
                        new Rule(
                                "12",
                                7,
                                "tx_amount > 1.0 &&\n\tlisted(\"a: b\", customer_id) # '\"\\ é\u0085😀",
                                Action.NONE,
                                -3,
                                true,
                                TestRules.NOON,
                                TestRules.NOON + 1,
                                "true",
                                "- no: [list]\n",
                                -1),
                        TestRules.rule("r", "true")),
                RuleFile.parse(YAML, "y").lists());
        RuleFile read = RuleFile.parse(written.yaml(), "written");
        assertThat(read.rules()).usingRecursiveFieldByFieldElementComparator().isEqualTo(written.rules());
        assertThat(read.lists()).usingRecursiveFieldByFieldElementComparator().isEqualTo(written.lists());
        assertThat(RuleFile.parse("", "nothing").yaml()).isEqualTo("rules: []\nlists: []\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            version: 2               | versoin: 2                  | f line 4: versoin is not a key           | Did you mean version?
            version: 2               | version: "2"                | f line 4: version is not a whole number  | Write a whole number from 1 to 2147483647.
            version: 2               | version: 0                  | f line 4: version is out of range: 0     | Write a whole number from 1 to 2147483647.
            version: 2               | version: 2.0                | f line 4: version is not a whole number  | Write a whole number from 1 to 2147483647.
            rule_id: night           | rule_id: 17                 | f line 3: rule_id is not a text          | Write it in quotes.
            rule_id: night           | rule_id: ""                 | f line 3: rule_id is empty               | Fill it in.
            action: review           | action: reveiw              | f line 8: reveiw is no action            | Write none, alert, review, block or allow.
            action: review           | #                           | f line 3: action is missing              | Add it.
            priority: 5              | priority: 2147483648        | f line 9: priority is out of range: 2147483648 | Write a whole number from -2147483648 to 2147483647.
            dry_run: true            | dry_run: yes                | f line 10: dry_run is not true or false  | Write true or false.
            2026-01-31T12:00:00Z     | 2026-01-31 12:00            | f line 11: valid_from is no time: 2026-01-31 12:00 | Write a whole second in UTC, as 2026-01-31T00:00:00Z.
            2026-01-31T12:00:00Z     | 2026-01-31T12:00:00.5Z      | f line 11: valid_from is no time: 2026-01-31T12:00:00.5Z | Write a whole second in UTC, as 2026-01-31T00:00:00Z.
            author: "7"              | priority: 6                 | f line 13: priority is there twice       | Leave one of them out.
            lists:                   | list:                       | f line 14: list is not a key             | Did you mean lists?
            id: 1,                   | id: -1,                     | f line 17: id is out of range: -1        | Write a whole number from 0 to 9223372036854775807.
            id: 1,                   | id: 9223372036854775808,    | f line 17: id is out of range: 9223372036854775808 | Write a whole number from 0 to 9223372036854775807.
            {list_name: empty}       | {list_name: empty, reason: x} | f line 16: an entry without an id has nothing but a list_name | Add the id, or leave the other keys out to make an empty list.
            id: 1,                   | id: 9223372036854775807,    | list stolen has the id 9223372036854775807 twice | Ids are 0 or more; name each once, with the span of time in which it counts.
            rules:                   | rules: 7 #                  | f line 3: expected <block end>            | Correct the YAML at this line.
            """)
    void aMistakeIsToldWithItsLine(String right, String wrong, String cause, String remedy) {
        assertThat(YAML).contains(right);
        assertThatThrownBy(() -> RuleFile.parse(YAML.replaceFirst(Pattern.quote(right), wrong), "f"))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith(cause)
                .extracting(e -> ((BadInputException) e).remedy())
                .isEqualTo(remedy);
    }

    @Test
    void anotherShapeIsRefused() {
        assertThatThrownBy(() -> RuleFile.parse("[]", "f")).hasMessage("f line 1: there is no mapping");
        assertThatThrownBy(() -> RuleFile.parse("rules: {}", "f")).hasMessage("f line 1: rules is no sequence");
        assertThatThrownBy(() -> RuleFile.read(directory.resolve("none.yaml"))).hasMessageContaining("does not exist");
    }
}
