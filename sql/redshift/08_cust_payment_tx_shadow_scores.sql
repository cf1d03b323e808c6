-- What challengers say about each payment: models that only score beside the one that decides. Its key, which the writer keeps:
-- customer_id, transaction_id, tx_datetime, slot.
CREATE TABLE IF NOT EXISTS cust_payment_tx_shadow_scores (
    transaction_id    bigint           NOT NULL ENCODE az64,
    tx_datetime       timestamp        NOT NULL ENCODE raw,
    customer_id       bigint           NOT NULL ENCODE az64,
    slot              varchar(256)     NOT NULL ENCODE bytedict,
    model_version     varchar(256)     NOT NULL ENCODE bytedict,
    fraud_probability double precision NOT NULL ENCODE raw,
    fraud_prediction  integer          NOT NULL ENCODE az64
)
DISTSTYLE KEY DISTKEY (customer_id) SORTKEY (tx_datetime);

-- Whoever writes locks this table first; readers are not held up.
CREATE TABLE IF NOT EXISTS cust_payment_tx_shadow_scores_lock (locked integer);
