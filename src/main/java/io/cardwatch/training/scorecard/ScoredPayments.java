package io.cardwatch.training.scorecard;

import io.cardwatch.training.evaluation.Outcomes;
import it.unimi.dsi.fastutil.HashCommon;
import it.unimi.dsi.fastutil.ints.Int2IntOpenCustomHashMap;
import it.unimi.dsi.fastutil.ints.IntHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** The judged payments with what was decided about each, as plain columns. */
final class ScoredPayments {
    /** No rule was asked about the payment. */
    static final int NOT_ASKED = -1;

    final Outcomes outcomes = new Outcomes();
    /** Rows that the model alerts. */
    final BitSet alerts = new BitSet();
    /** Rows whose action was one: an alert, a review or a block. */
    final BitSet acted = new BitSet();
    /** Rows that have a label. */
    final BitSet labelled = new BitSet();
    /** Rows with contact details. */
    final BitSet known = new BitSet();
    /** The model versions, in the order in which {@link #version} numbers them, with the thresholds of their rows. */
    final Map<String, TreeSet<Double>> versions = new LinkedHashMap<>();
    /** Different values of the column {@code rules}, in the order in which {@link #rules} numbers them. */
    final List<String> ruleTexts = new ArrayList<>();

    private final List<String> versionNames = new ArrayList<>();
    private final Map<String, Integer> versionNumbers = new LinkedHashMap<>();
    private final Map<String, Integer> ruleNumbers = new LinkedHashMap<>();
    private float[] probabilities = new float[1024];
    private long[] transactions = new long[1024];
    private long[] terminals = new long[1024];
    private int[] versionByRow = new int[1024];
    private int[] rulesByRow = new int[1024];

    /** Makes room for one more row and tells its number; the caller then adds to {@link #outcomes}, last. */
    int add(
            long transactionId,
            long terminalId,
            float probability,
            String modelVersion,
            double threshold,
            String rules) {
        int row = outcomes.rows();
        if (row == probabilities.length) {
            int capacity = row + row / 2;
            probabilities = Arrays.copyOf(probabilities, capacity);
            transactions = Arrays.copyOf(transactions, capacity);
            terminals = Arrays.copyOf(terminals, capacity);
            versionByRow = Arrays.copyOf(versionByRow, capacity);
            rulesByRow = Arrays.copyOf(rulesByRow, capacity);
        }
        probabilities[row] = probability;
        transactions[row] = transactionId;
        terminals[row] = terminalId;
        versionByRow[row] = versionNumbers.computeIfAbsent(modelVersion, version -> {
            versionNames.add(version);
            return versionNumbers.size();
        });
        versions.computeIfAbsent(modelVersion, version -> new TreeSet<>()).add(threshold);
        rulesByRow[row] = rules == null
                ? NOT_ASKED
                : ruleNumbers.computeIfAbsent(rules, text -> {
                    ruleTexts.add(text);
                    return ruleNumbers.size();
                });
        return row;
    }

    int rows() {
        return outcomes.rows();
    }

    float probability(int row) {
        return probabilities[row];
    }

    long terminalId(int row) {
        return terminals[row];
    }

    /** A way to find rows by the payment's identity. */
    Index index() {
        return new Index();
    }

    /** The place of the row's model in {@link #versions}. */
    int version(int row) {
        return versionByRow[row];
    }

    String modelVersion(int row) {
        return versionNames.get(versionByRow[row]);
    }

    /** The place of the row's rules in {@link #ruleTexts}, or {@link #NOT_ASKED}. */
    int rules(int row) {
        return rulesByRow[row];
    }

    /** Rows by transaction, customer and time, in 12 to 16 bytes each. */
    final class Index {
        /** The number of no row: the identity that is asked for. */
        private static final int ASKED = -1;

        private final Int2IntOpenCustomHashMap rows =
                new Int2IntOpenCustomHashMap(ScoredPayments.this.rows(), new IntHash.Strategy() {
                    @Override
                    public int hashCode(int row) {
                        long mixed =
                                HashCommon.mix(transaction(row)) ^ HashCommon.mix(customer(row) * 31 + second(row));
                        return HashCommon.long2int(mixed);
                    }

                    @Override
                    public boolean equals(int left, int right) {
                        return transaction(left) == transaction(right)
                                && customer(left) == customer(right)
                                && second(left) == second(right);
                    }
                });
        private long askedTransaction;
        private long askedCustomer;
        private long askedSecond;

        private Index() {
            rows.defaultReturnValue(ASKED);
            for (int row = 0; row < ScoredPayments.this.rows(); row++) {
                rows.put(row, row);
            }
        }

        /** The row of a payment, or a negative number. */
        int row(long transactionId, long customerId, long epochSecond) {
            askedTransaction = transactionId;
            askedCustomer = customerId;
            askedSecond = epochSecond;
            return rows.get(ASKED);
        }

        private long transaction(int row) {
            return row == ASKED ? askedTransaction : transactions[row];
        }

        private long customer(int row) {
            return row == ASKED ? askedCustomer : outcomes.customerId(row);
        }

        private long second(int row) {
            return row == ASKED ? askedSecond : outcomes.epochSecond(row);
        }
    }
}
