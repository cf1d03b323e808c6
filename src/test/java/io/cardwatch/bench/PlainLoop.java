package io.cardwatch.bench;

import io.cardwatch.codec.RecordDecoder;
import io.cardwatch.domain.Contacts;
import io.cardwatch.domain.FeatureSet;
import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.feature.FeatureReplay;
import io.cardwatch.feature.WindowTimes;
import io.cardwatch.score.FraudModel;
import java.time.Duration;
import java.util.Locale;

/** The limit: one thread, the job's parser, windows and trees, and nothing between them. */
final class PlainLoop {
    /** Takes a payment's row. */
    private interface Rows {
        void accept(Transaction transaction, double[] features, double score);
    }

    private final String name;
    private final Samples perSecond;
    private final Samples cpuMicros;
    private final Samples garbageBytes;
    /** Null for the features alone. */
    private final FraudModel model;

    private final RecordDecoder<Transaction> transactions =
            RecordDecoder.transactions(OurTopology.MAX_BYTES, Contacts.KEPT);
    private final RecordDecoder<FraudLabel> labels = RecordDecoder.labels(OurTopology.MAX_BYTES, Contacts.KEPT);

    PlainLoop(String name, FraudModel model, int runs) {
        this.name = name;
        this.model = model;
        perSecond = new Samples(runs);
        cpuMicros = new Samples(runs);
        garbageBytes = new Samples(runs);
    }

    /**
     * Runs once.
     *
     * @param rows receives the features by transaction id, and the score behind them if there is one
     * @return bytes of heap that all windows would take in the job's cache
     */
    long warmUp(double[][] rows) {
        return loop((transaction, features, score) -> rows[(int) transaction.transactionId] =
                model == null ? features.clone() : OurTopology.withScore(features, score));
    }

    void take(int run) throws Exception {
        // As before a job, so that neither pays for the other's garbage.
        long garbage = Garbage.collected();
        long start = System.nanoTime();
        long cpu = BenchmarkRun.processCpuNanos();
        loop((transaction, features, score) -> {});
        cpuMicros.set(run, (BenchmarkRun.processCpuNanos() - cpu) / 1e3 / BenchmarkInput.size());
        perSecond.set(run, BenchmarkInput.size() / ((System.nanoTime() - start) / 1e9));
        garbageBytes.set(run, (double) (Garbage.collected() - garbage) / BenchmarkInput.size());
    }

    /** All records as they arrive. */
    private long loop(Rows rows) {
        FeatureReplay replay =
                new FeatureReplay(FeatureSet.REFERENCE, new WindowTimes(Duration.ofDays(7), Duration.ofDays(3)));
        double[] features = new double[FeatureSet.REFERENCE.size()];
        float[] vector = new float[FeatureSet.REFERENCE.size()];
        double sum = 0;
        for (int position = 0; position < BenchmarkInput.size(); position++) {
            BenchmarkInput.Entry entry = BenchmarkInput.inOrder(position);
            if (entry.label) {
                replay.label(labels.decode(entry.bytes, entry.origin()).value);
                continue;
            }
            Transaction transaction = transactions.decode(entry.bytes, entry.origin()).value;
            if (!replay.transaction(transaction, features)) {
                throw new IllegalStateException("a payment was refused: " + transaction.transactionId);
            }
            double result = features[0];
            if (model != null) {
                for (int i = 0; i < vector.length; i++) {
                    vector[i] = (float) features[i];
                }
                result = model.probability(vector);
            }
            rows.accept(transaction, features, result);
            sum += result;
        }
        if (!(sum > 0)) {
            throw new IllegalStateException("nothing was computed");
        }
        return replay.cacheBytes();
    }

    double cpuMicros() {
        return cpuMicros.median();
    }

    String line() {
        return String.format(
                Locale.ROOT,
                TopologyBenchmark.LINE,
                name,
                perSecond.text("%,.0f"),
                cpuMicros.text("%.2f"),
                "1.00",
                "",
                garbageBytes.text("%,.0f"),
                "",
                "");
    }
}
