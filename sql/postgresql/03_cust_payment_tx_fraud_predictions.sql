-- One row per scored transaction. All times are UTC. Contact columns are as of the scoring, NULL where the customer
-- was not known or contacts are switched off. The first row written stays: a decision is never rewritten.
CREATE TABLE IF NOT EXISTS cust_payment_tx_fraud_predictions (
    approximate_arrival_timestamp       timestamp(3),
    partition_key                       text,
    shard_id                            text,
    sequence_number                     text,
    transaction_id                      bigint           NOT NULL,
    tx_datetime                         timestamp(0)     NOT NULL,
    customer_id                         bigint           NOT NULL,
    terminal_id                         bigint           NOT NULL,
    tx_amount                           numeric(14,2)    NOT NULL CHECK (tx_amount >= 0 AND tx_amount < 'NaN'),
    tx_time_seconds                     bigint,
    tx_time_days                        bigint,
    tx_during_weekend                   integer          NOT NULL,
    tx_during_night                     integer          NOT NULL,
    customer_id_nb_tx_1day_window       integer          NOT NULL,
    customer_id_avg_amount_1day_window  double precision NOT NULL CHECK (customer_id_avg_amount_1day_window < 'NaN'),
    customer_id_nb_tx_7day_window       integer          NOT NULL,
    customer_id_avg_amount_7day_window  double precision NOT NULL CHECK (customer_id_avg_amount_7day_window < 'NaN'),
    customer_id_nb_tx_30day_window      integer          NOT NULL,
    customer_id_avg_amount_30day_window double precision NOT NULL CHECK (customer_id_avg_amount_30day_window < 'NaN'),
    terminal_id_nb_tx_1day_window       integer          NOT NULL,
    terminal_id_risk_1day_window        double precision NOT NULL CHECK (terminal_id_risk_1day_window BETWEEN 0 AND 1),
    terminal_id_nb_tx_7day_window       integer          NOT NULL,
    terminal_id_risk_7day_window        double precision NOT NULL CHECK (terminal_id_risk_7day_window BETWEEN 0 AND 1),
    terminal_id_nb_tx_30day_window      integer          NOT NULL,
    terminal_id_risk_30day_window       double precision NOT NULL CHECK (terminal_id_risk_30day_window BETWEEN 0 AND 1),
    full_name                           text,
    email_address                       text,
    phone_number                        text,
    fraud_probability                   double precision NOT NULL CHECK (fraud_probability BETWEEN 0 AND 1),
    fraud_prediction                    integer          NOT NULL CHECK (fraud_prediction IN (0, 1)),
    threshold                           double precision NOT NULL CHECK (threshold < 'NaN'),
    model_version                       text             NOT NULL,
    scored_at                           timestamp(3),
    PRIMARY KEY (customer_id, transaction_id, tx_datetime)
);

-- The extended features, NULL unless features.set is extended.
ALTER TABLE cust_payment_tx_fraud_predictions
    ADD COLUMN IF NOT EXISTS customer_id_amount_ratio                   double precision,
    ADD COLUMN IF NOT EXISTS customer_id_nb_high_tx_14day_window        integer,
    ADD COLUMN IF NOT EXISTS customer_id_max_high_ratio_14day_window    double precision,
    ADD COLUMN IF NOT EXISTS customer_id_nb_known_fraud_28day_window    integer,
    ADD COLUMN IF NOT EXISTS terminal_id_nb_current_tx_7day_window      integer,
    ADD COLUMN IF NOT EXISTS terminal_id_nb_known_fraud_7day_window     integer,
    ADD COLUMN IF NOT EXISTS terminal_id_nb_known_fraud_28day_window    integer,
    ADD COLUMN IF NOT EXISTS terminal_id_known_fraud_share_28day_window double precision,
    ADD COLUMN IF NOT EXISTS terminal_id_unexplained_fraud_days         double precision,
    ADD COLUMN IF NOT EXISTS terminal_id_known_fraud_share_since        double precision,
    ADD COLUMN IF NOT EXISTS terminal_id_nb_unconfirmed_since           integer,
    ADD COLUMN IF NOT EXISTS terminal_id_fraud_run_length               integer,
    ADD COLUMN IF NOT EXISTS terminal_id_fraud_run_days                 double precision;

-- What a decision may hold beside its score.
ALTER TABLE cust_payment_tx_fraud_predictions
    ADD COLUMN IF NOT EXISTS anomaly_score   double precision,
    ADD COLUMN IF NOT EXISTS action          text,
    ADD COLUMN IF NOT EXISTS rules           text,
    ADD COLUMN IF NOT EXISTS reasons         text,
    ADD COLUMN IF NOT EXISTS control_version text;

-- Latest rows, counts per hour and day.
CREATE INDEX IF NOT EXISTS cust_payment_tx_fraud_predictions_by_time
    ON cust_payment_tx_fraud_predictions (tx_datetime);
-- A terminal's past; a customer's is found by the primary key.
CREATE INDEX IF NOT EXISTS cust_payment_tx_fraud_predictions_by_terminal
    ON cust_payment_tx_fraud_predictions (terminal_id, tx_datetime);
-- Alerts, about one row in a hundred.
CREATE INDEX IF NOT EXISTS cust_payment_tx_fraud_predictions_alerts
    ON cust_payment_tx_fraud_predictions (tx_datetime) WHERE fraud_prediction = 1;
