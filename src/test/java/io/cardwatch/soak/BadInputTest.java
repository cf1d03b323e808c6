package io.cardwatch.soak;

import static io.cardwatch.domain.DeadLetterReason.CONFLICT;
import static io.cardwatch.domain.DeadLetterReason.LABEL_UNMATCHED;
import static io.cardwatch.domain.DeadLetterReason.TOO_OLD;
import static io.cardwatch.domain.DeadLetterReason.WAREHOUSE_REJECTED;
import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.DeadLetterReason;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BadInputTest {
    /** Those that depend on other records and on the warehouse: {@link BadInputIT} itself makes them. */
    private static final Set<DeadLetterReason> NOT_OF_A_RECORD_ALONE =
            EnumSet.of(TOO_OLD, CONFLICT, LABEL_UNMATCHED, WAREHOUSE_REJECTED);

    @Test
    void thereIsAWayForEveryReasonThatLiesInARecordAlone() {
        Set<DeadLetterReason> reasons = Stream.of(BadInput.ofPayments(), BadInput.large(), BadInput.ofVerdicts())
                .flatMap(ways -> ways.stream().map(BadInput.Way::reason))
                .collect(Collectors.toSet());

        assertThat(reasons).isEqualTo(EnumSet.complementOf(EnumSet.copyOf(NOT_OF_A_RECORD_ALONE)));
    }
}
