-- What was scored in each minute of event time (UTC), for charts; written where warehouse.fraud-by-minute is true. A row is
-- there once the minute is over, and is replaced when a payment of it comes later. Its key, which the writer keeps: tx_minute.
CREATE TABLE IF NOT EXISTS fraud_by_minute (
    tx_minute              timestamp        NOT NULL ENCODE raw,
    payments               bigint           NOT NULL ENCODE az64,
    alerts                 bigint           NOT NULL ENCODE az64,
    tx_amount              decimal(14,2)    NOT NULL ENCODE az64,
    alert_amount           decimal(14,2)    NOT NULL ENCODE az64,
    mean_fraud_probability double precision NOT NULL ENCODE raw
)
DISTSTYLE ALL SORTKEY (tx_minute);

-- Whoever writes locks this table first; readers are not held up.
CREATE TABLE IF NOT EXISTS fraud_by_minute_lock (locked integer);
