-- The labelled past, from which models are trained; written by backfill. All times are UTC.
-- (PostgreSQL sorts NaN above every number, so "< 'NaN'" refuses it; "BETWEEN" does, too.)
CREATE TABLE IF NOT EXISTS cust_payment_tx_history (
    transaction_id                      bigint           NOT NULL,
    tx_datetime                         timestamp(0)     NOT NULL,
    customer_id                         bigint           NOT NULL,
    terminal_id                         bigint           NOT NULL,
    tx_amount                           numeric(14,2)    NOT NULL CHECK (tx_amount >= 0 AND tx_amount < 'NaN'),
    tx_time_seconds                     bigint,
    tx_time_days                        bigint,
    tx_fraud                            bigint           CHECK (tx_fraud IN (0, 1)),
    tx_fraud_scenario                   bigint,
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
    PRIMARY KEY (customer_id, transaction_id, tx_datetime)
);

-- The extended features, NULL unless features.set is extended.
ALTER TABLE cust_payment_tx_history
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

-- Training reads a range of days, the fraud trend a month.
CREATE INDEX IF NOT EXISTS cust_payment_tx_history_by_time ON cust_payment_tx_history (tx_datetime);
