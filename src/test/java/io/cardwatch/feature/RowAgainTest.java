package io.cardwatch.feature;

import static org.assertj.core.api.Assertions.assertThat;

import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.RecordOrigin;
import io.cardwatch.domain.Transaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A transaction that is described again, because its row was refused, at a time when nothing else has arrived. */
class RowAgainTest {
    private static final long SEED = 20_240_301;
    private static final RecordOrigin ORIGIN = new RecordOrigin("s", "1", "shard", "1", RecordOrigin.NO_ARRIVAL);
    private static final WindowTimes TIMES = new WindowTimes(Duration.ofDays(1), Duration.ofDays(3), 100_000);

    @ParameterizedTest
    @EnumSource(FeatureSet.class)
    void hasTheFeaturesItHad_andTheWindowsGoOnAsIfNothingHadBeenAsked(FeatureSet set) {
        List<double[]> asked = new ArrayList<>();
        List<double[]> neverAsked = new ArrayList<>();
        run(set, true, asked);
        run(set, false, neverAsked);

        assertThat(asked).hasSameSizeAs(neverAsked).hasSize(2_000);
        for (int i = 0; i < asked.size(); i++) {
            assertThat(asked.get(i)).as("seed %d, transaction %d", SEED, i).containsExactly(neverAsked.get(i));
        }
    }

    private static void run(FeatureSet set, boolean ask, List<double[]> vectors) {
        Random random = new Random(SEED);
        CustomerWindow customer = CustomerWindow.of(set);
        TerminalWindow terminal = TerminalWindow.of(set);
        long second = 1_709_294_400L;
        for (int id = 0; id < 2_000; id++) {
            second += random.nextInt(4) * 1_000L;
            Transaction transaction = transaction(id, second, random.nextInt(10) == 0 ? 50_000 : 5_000);
            double[] features = new double[set.size()];
            customer.arrive(transaction, second * 1000, TIMES, features);
            double[] beforeTerminal = features.clone();
            terminal.arrive(transaction, second * 1000, TIMES, features);
            vectors.add(features);
            if (ask) {
                double[] again = new double[set.size()];
                customer.describeAgain(transaction, again);
                assertThat(again).as("seed %d, transaction %d", SEED, id).containsExactly(beforeTerminal);
                assertThat(terminal.describeAgain(transaction, TIMES, again)).isTrue();
                assertThat(again).as("seed %d, transaction %d", SEED, id).containsExactly(features);
            }
            if (random.nextInt(5) == 0) {
                FraudLabel label = new FraudLabel(
                        id,
                        second,
                        1,
                        5,
                        random.nextBoolean(),
                        second + random.nextInt(5_000),
                        "",
                        ORIGIN,
                        new byte[0]);
                customer.label(label, second * 1000, TIMES);
                terminal.label(label, second * 1000, TIMES);
            }
        }
        assertThat(terminal.describeAgain(transaction(9_999, second, 1), TIMES, new double[set.size()]))
                .isFalse();
    }

    private static Transaction transaction(long id, long second, long cents) {
        long absent = Transaction.ABSENT;
        return new Transaction(id, second, 1, 5, cents, absent, absent, absent, absent, ORIGIN, new byte[0]);
    }
}
