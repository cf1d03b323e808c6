-- One row per verdict about a transaction: several where it changed. All times are UTC. ingest_order tells which of
-- two verdicts of the same second arrived later; its gaps mean nothing. The writer fills it: an IDENTITY of Redshift
-- does not tell the order.
-- Its key, which the writer keeps: customer_id, transaction_id, tx_datetime, label_datetime, tx_fraud.
CREATE TABLE IF NOT EXISTS cust_payment_tx_labels (
    transaction_id bigint           NOT NULL ENCODE az64,
    tx_datetime    timestamp        NOT NULL ENCODE raw,
    customer_id    bigint           NOT NULL ENCODE az64,
    terminal_id    bigint           NOT NULL ENCODE az64,
    tx_fraud       integer          NOT NULL ENCODE az64,
    label_datetime timestamp        NOT NULL ENCODE az64,
    label_source   varchar(256) ENCODE lzo,
    ingest_order   bigint ENCODE az64
)
DISTSTYLE KEY DISTKEY (customer_id) SORTKEY (tx_datetime);

-- Whoever writes locks this table first; readers are not held up.
CREATE TABLE IF NOT EXISTS cust_payment_tx_labels_lock (locked integer);
