-- What was scored in each minute of event time (UTC), for charts; written where warehouse.fraud-by-minute is true. A row is
-- there once the minute is over, and is replaced when a payment of it comes later.
CREATE TABLE IF NOT EXISTS fraud_by_minute (
    tx_minute              timestamp(0)     NOT NULL,
    payments               bigint           NOT NULL,
    alerts                 bigint           NOT NULL,
    tx_amount              numeric(14,2)    NOT NULL,
    alert_amount           numeric(14,2)    NOT NULL,
    mean_fraud_probability double precision NOT NULL,
    PRIMARY KEY (tx_minute)
);
