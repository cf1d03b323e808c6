package io.cardwatch.oracle;

import io.cardwatch.domain.FraudLabel;
import io.cardwatch.oracle.Arrival.LabelArrives;
import io.cardwatch.oracle.Arrival.TransactionArrives;
import io.cardwatch.oracle.Arrival.WatermarkAdvances;
import io.cardwatch.oracle.FeatureOracle.LabelOutcome;
import io.cardwatch.oracle.FeatureOracle.Outcome;
import io.cardwatch.oracle.FeatureOracle.Verdict;
import java.util.Arrays;
import java.util.List;

/**
 * Answers to arrivals, written down so that two programs' can be compared: equal texts mean equal outcomes, equal bits
 * in every feature, and the same labels unmatched.
 */
public interface Answers {
    /** The answer to the next arrival. */
    String to(Arrival arrival) throws Exception;

    /** The answer to a transaction; {@code features} are empty unless it is accepted. */
    static String transaction(Outcome outcome, double... features) {
        return outcome + " " + Arrays.toString(features);
    }

    /** The answer to a label. */
    static String label(LabelOutcome outcome) {
        return outcome.toString();
    }

    /** The answer to a watermark: the sequence numbers of the labels whose transaction never came. */
    static String unmatched(List<String> sequenceNumbers) {
        return "unmatched " + sequenceNumbers.stream().sorted().toList();
    }

    /** The answers of {@code oracle}. */
    static Answers of(FeatureOracle oracle) {
        return arrival -> {
            if (arrival instanceof TransactionArrives arrives) {
                Verdict verdict = oracle.transaction(arrives.transaction());
                return transaction(verdict.outcome, verdict.features);
            }
            if (arrival instanceof LabelArrives arrives) {
                return label(oracle.label(arrives.label()));
            }
            List<FraudLabel> expired = oracle.watermark(((WatermarkAdvances) arrival).epochSecond());
            return unmatched(
                    expired.stream().map(label -> label.origin.sequenceNumber()).toList());
        };
    }
}
