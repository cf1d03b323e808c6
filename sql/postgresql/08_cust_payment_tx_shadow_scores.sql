-- What challengers say about each payment: models that only score beside the one that decides (fraud_models).
CREATE TABLE IF NOT EXISTS cust_payment_tx_shadow_scores (
    transaction_id    bigint           NOT NULL,
    tx_datetime       timestamp(0)     NOT NULL,
    customer_id       bigint           NOT NULL,
    slot              text             NOT NULL,
    model_version     text             NOT NULL,
    fraud_probability double precision NOT NULL,
    fraud_prediction  integer          NOT NULL,
    PRIMARY KEY (customer_id, transaction_id, tx_datetime, slot)
);
