-- The labelled past, from which models are trained; written by backfill. All times are UTC.
-- Its key, which the writer keeps: customer_id, transaction_id, tx_datetime.
CREATE TABLE IF NOT EXISTS cust_payment_tx_history (
    transaction_id                             bigint           NOT NULL ENCODE az64,
    tx_datetime                                timestamp        NOT NULL ENCODE raw,
    customer_id                                bigint           NOT NULL ENCODE az64,
    terminal_id                                bigint           NOT NULL ENCODE az64,
    tx_amount                                  decimal(14,2)    NOT NULL ENCODE az64,
    tx_time_seconds                            bigint ENCODE az64,
    tx_time_days                               bigint ENCODE az64,
    tx_fraud                                   bigint ENCODE az64,
    tx_fraud_scenario                          bigint ENCODE az64,
    tx_during_weekend                          integer          NOT NULL ENCODE az64,
    tx_during_night                            integer          NOT NULL ENCODE az64,
    customer_id_nb_tx_1day_window              integer          NOT NULL ENCODE az64,
    customer_id_avg_amount_1day_window         double precision NOT NULL ENCODE raw,
    customer_id_nb_tx_7day_window              integer          NOT NULL ENCODE az64,
    customer_id_avg_amount_7day_window         double precision NOT NULL ENCODE raw,
    customer_id_nb_tx_30day_window             integer          NOT NULL ENCODE az64,
    customer_id_avg_amount_30day_window        double precision NOT NULL ENCODE raw,
    terminal_id_nb_tx_1day_window              integer          NOT NULL ENCODE az64,
    terminal_id_risk_1day_window               double precision NOT NULL ENCODE raw,
    terminal_id_nb_tx_7day_window              integer          NOT NULL ENCODE az64,
    terminal_id_risk_7day_window               double precision NOT NULL ENCODE raw,
    terminal_id_nb_tx_30day_window             integer          NOT NULL ENCODE az64,
    terminal_id_risk_30day_window              double precision NOT NULL ENCODE raw,
    customer_id_amount_ratio                   double precision ENCODE raw,
    customer_id_nb_high_tx_14day_window        integer ENCODE az64,
    customer_id_max_high_ratio_14day_window    double precision ENCODE raw,
    customer_id_nb_known_fraud_28day_window    integer ENCODE az64,
    terminal_id_nb_current_tx_7day_window      integer ENCODE az64,
    terminal_id_nb_known_fraud_7day_window     integer ENCODE az64,
    terminal_id_nb_known_fraud_28day_window    integer ENCODE az64,
    terminal_id_known_fraud_share_28day_window double precision ENCODE raw,
    terminal_id_unexplained_fraud_days         double precision ENCODE raw,
    terminal_id_known_fraud_share_since        double precision ENCODE raw,
    terminal_id_nb_unconfirmed_since           integer ENCODE az64,
    terminal_id_fraud_run_length               integer ENCODE az64,
    terminal_id_fraud_run_days                 double precision ENCODE raw
)
DISTSTYLE KEY DISTKEY (customer_id) SORTKEY (tx_datetime);

-- Whoever writes locks this table first; readers are not held up.
CREATE TABLE IF NOT EXISTS cust_payment_tx_history_lock (locked integer);
