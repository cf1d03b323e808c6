package io.cardwatch.explain;

/** What became of one column when the decision was made again. Immutable. */
final class Finding {
    /** How the column came out. */
    enum State {
        /** The same, bit for bit. */
        EQUAL("equal"),
        /** Another value. */
        DIFFERS("differs"),
        /** What it was made of is no more. */
        NOT_MADE("cannot be made again");

        final String text;

        State(String text) {
            this.text = text;
        }
    }

    final String column;
    final State state;
    /** As the row has it; null for SQL NULL. */
    final Object stored;
    /** As it was made again; null for none, and where it was not made. */
    final Object again;
    /** Why it differs or was not made; empty where it is equal. */
    final String why;

    private Finding(String column, State state, Object stored, Object again, String why) {
        this.column = column;
        this.state = state;
        this.stored = stored;
        this.again = again;
        this.why = why;
    }

    static Finding equal(String column, Object value) {
        return new Finding(column, State.EQUAL, value, value, "");
    }

    static Finding differs(String column, Object stored, Object again, String why) {
        return new Finding(column, State.DIFFERS, stored, again, why);
    }

    static Finding notMade(String column, Object stored, String why) {
        return new Finding(column, State.NOT_MADE, stored, null, why);
    }
}
