-- One row per verdict about a transaction: several where it changed. All times are UTC. ingest_order tells which of
-- two verdicts of the same second arrived later; its gaps mean nothing.
CREATE TABLE IF NOT EXISTS cust_payment_tx_labels (
    transaction_id bigint       NOT NULL,
    tx_datetime    timestamp(0) NOT NULL,
    customer_id    bigint       NOT NULL,
    terminal_id    bigint       NOT NULL,
    tx_fraud       integer      NOT NULL CHECK (tx_fraud IN (0, 1)),
    label_datetime timestamp(0) NOT NULL CHECK (label_datetime >= tx_datetime),
    label_source   text,
    ingest_order   bigint       GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (customer_id, transaction_id, tx_datetime, label_datetime, tx_fraud)
);
