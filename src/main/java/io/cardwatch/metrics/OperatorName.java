package io.cardwatch.metrics;

/** The names of the job's operators, in Flink's web interface and as {@code operator_name} of each metric. */
public final class OperatorName {
    /** Separates accepted transactions from dead letters. */
    public static final String UNWRAP_TRANSACTIONS = "Unwrap transactions";
    /** Separates accepted labels from dead letters. */
    public static final String UNWRAP_LABELS = "Unwrap labels";
    /** Counts records that cannot be used. */
    public static final String COUNT_DEAD_LETTERS = "Count dead letters";
    /** Adds the features of payment and customer. */
    public static final String CUSTOMER_WINDOWS = "Customer windows";
    /** Adds the features of the terminal. */
    public static final String TERMINAL_WINDOWS = "Terminal windows";
    /** Decides. */
    public static final String SCORE = "Score";
    /** Adds contact details. */
    public static final String CONTACTS = "Contacts";
    /** Publishes transactions with their decisions. */
    public static final String ONLINE_TRANSACTIONS = "Online transactions";
    /** Leaves decisions out that nobody is told of. */
    public static final String ALERTS_FILTER = "Alerts only";
    /** Writes and sends alerts. */
    public static final String ALERTS = "cust_payment_tx_alerts";
    /** Reads the customers. */
    public static final String CUSTOMER_INFO = "customer_info";

    private OperatorName() {}
}
