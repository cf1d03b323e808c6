package io.cardwatch.codec;

import io.cardwatch.domain.Decision;
import io.cardwatch.domain.DecisionColumn;
import io.cardwatch.domain.ScoredTransaction;
import java.io.IOException;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/** {@link ScoredTransaction} in binary form. */
public final class ScoredTransactionSerializer extends WireSerializer<ScoredTransaction> {
    /** Before it a decision was a score alone. */
    private static final int DECISION = 2;

    private static final DecisionColumn[] COLUMNS = DecisionColumn.values();

    public ScoredTransactionSerializer() {
        super(DECISION);
    }

    @Override
    protected void write(ScoredTransaction scored, DataOutputView out) throws IOException {
        TransactionSerializer.INSTANCE.serialize(scored.transaction, out);
        writeDoubles(scored.features, out);
        out.writeDouble(scored.decision.probability);
        out.writeDouble(scored.decision.threshold);
        writeText(scored.decision.modelVersion, out);
        out.writeLong(scored.scoredAtMillis);
        writeText(scored.fullName, out);
        writeText(scored.emailAddress, out);
        writeText(scored.phoneNumber, out);
        writeColumns(scored.decision, out);
    }

    /** Which columns have a value, by a bit each, then the values. */
    private static void writeColumns(Decision decision, DataOutputView out) throws IOException {
        long present = 0;
        for (int i = 0; i < COLUMNS.length; i++) {
            present |= decision.get(COLUMNS[i]) == null ? 0 : 1L << i;
        }
        writeVarint(present, out);
        for (int i = 0; present >>> i != 0; i++) {
            Object value = decision.get(COLUMNS[i]);
            if (value instanceof Double) {
                out.writeDouble((Double) value);
            } else if (value != null) {
                writeText((String) value, out);
            }
        }
    }

    @Override
    protected ScoredTransaction read(DataInputView in, int writtenVersion) throws IOException {
        var transaction = TransactionSerializer.INSTANCE.deserialize(in);
        double[] features = readDoubles(in);
        Decision score = new Decision(in.readDouble(), in.readDouble(), readText(in));
        long scoredAtMillis = in.readLong();
        String fullName = readText(in);
        String emailAddress = readText(in);
        String phoneNumber = readText(in);
        Decision decision = writtenVersion < DECISION ? score : readColumns(score, in);
        return new ScoredTransaction(
                transaction, features, decision, scoredAtMillis, fullName, emailAddress, phoneNumber);
    }

    private static Decision readColumns(Decision score, DataInputView in) throws IOException {
        Decision decision = score;
        long present = readVarint(in);
        if (present >>> COLUMNS.length != 0) {
            throw new IOException("A decision in the state has a column that this release does not know; start the"
                    + " release that wrote it, or a later one");
        }
        for (int i = 0; present >>> i != 0; i++) {
            if ((present >>> i & 1) != 0) {
                decision = decision.with(COLUMNS[i], COLUMNS[i].type == Double.class ? in.readDouble() : readText(in));
            }
        }
        return decision;
    }
}
