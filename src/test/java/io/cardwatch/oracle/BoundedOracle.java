package io.cardwatch.oracle;

import io.cardwatch.domain.FraudLabel;
import io.cardwatch.domain.Transaction;
import io.cardwatch.oracle.Arrival.LabelArrives;
import io.cardwatch.oracle.Arrival.TransactionArrives;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What {@code score}, {@code backfill} and training rows must give: the answers to a stream in time order, a label
 * (at its LABEL_DATETIME) before a transaction of the same second, otherwise in file order. Event time is at each
 * record's own second, so that nothing is ever too old.
 */
public final class BoundedOracle {
    /** The answers by the transaction's position in the file, and the labels that found no transaction. */
    public record Answers(List<FeatureOracle.Verdict> verdicts, List<FraudLabel> unmatchedLabels) {}

    private enum Kind {
        LABEL,
        TRANSACTION
    }

    private record Line(long epochSecond, Kind kind, int position) {}

    private BoundedOracle() {}

    /** The arrivals of a stream that gives what whole files give, each file in its order. */
    public static List<Arrival> inTimeOrder(List<Transaction> transactions, List<FraudLabel> labels) {
        List<Arrival> arrivals = new ArrayList<>();
        for (Line line : lines(transactions, labels)) {
            arrivals.add(
                    line.kind() == Kind.LABEL
                            ? new LabelArrives(labels.get(line.position()))
                            : new TransactionArrives(transactions.get(line.position())));
        }
        return arrivals;
    }

    /** Answers for whole files, each given in file order, with the reference features. */
    public static Answers run(
            long delaySeconds, long allowedLatenessSeconds, List<Transaction> transactions, List<FraudLabel> labels) {
        return run(new FeatureOracle(delaySeconds, allowedLatenessSeconds), transactions, labels);
    }

    /** Answers of {@code oracle}, which has been told nothing yet, for whole files, each given in file order. */
    public static Answers run(FeatureOracle oracle, List<Transaction> transactions, List<FraudLabel> labels) {
        FeatureOracle.Verdict[] verdicts = new FeatureOracle.Verdict[transactions.size()];
        List<FraudLabel> unmatched = new ArrayList<>();
        for (Line line : lines(transactions, labels)) {
            unmatched.addAll(oracle.watermark(line.epochSecond()));
            if (line.kind() == Kind.LABEL) {
                oracle.label(labels.get(line.position()));
            } else {
                verdicts[line.position()] = oracle.transaction(transactions.get(line.position()));
            }
        }
        unmatched.addAll(oracle.end());
        return new Answers(List.of(verdicts), unmatched);
    }

    private static List<Line> lines(List<Transaction> transactions, List<FraudLabel> labels) {
        List<Line> lines = new ArrayList<>();
        for (int i = 0; i < transactions.size(); i++) {
            lines.add(new Line(transactions.get(i).epochSecond, Kind.TRANSACTION, i));
        }
        for (int i = 0; i < labels.size(); i++) {
            lines.add(new Line(labels.get(i).labelEpochSecond, Kind.LABEL, i));
        }
        lines.sort(Comparator.comparingLong(Line::epochSecond)
                .thenComparing(Line::kind)
                .thenComparingInt(Line::position));
        return lines;
    }
}
