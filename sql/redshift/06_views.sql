-- The stream as it came: the raw part of the predictions.
CREATE OR REPLACE VIEW cust_payment_tx_stream AS
SELECT
    approximate_arrival_timestamp,
    partition_key,
    shard_id,
    sequence_number,
    transaction_id,
    tx_datetime,
    customer_id,
    terminal_id,
    tx_amount,
    tx_time_seconds,
    tx_time_days
FROM cust_payment_tx_fraud_predictions;

-- Each customer's features as of its latest transaction. They were computed by the job, at that transaction.
CREATE OR REPLACE VIEW customer_transformations AS
SELECT
    customer_id,
    customer_id_nb_tx_1day_window,
    customer_id_avg_amount_1day_window,
    customer_id_nb_tx_7day_window,
    customer_id_avg_amount_7day_window,
    customer_id_nb_tx_30day_window,
    customer_id_avg_amount_30day_window,
    tx_datetime
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY customer_id
            ORDER BY tx_datetime DESC, approximate_arrival_timestamp DESC NULLS LAST, transaction_id DESC
        ) AS newest
    FROM cust_payment_tx_fraud_predictions
) AS prediction
WHERE newest = 1;

-- Each terminal's features as of its latest transaction.
CREATE OR REPLACE VIEW terminal_transformations AS
SELECT
    terminal_id,
    terminal_id_nb_tx_1day_window,
    terminal_id_risk_1day_window,
    terminal_id_nb_tx_7day_window,
    terminal_id_risk_7day_window,
    terminal_id_nb_tx_30day_window,
    terminal_id_risk_30day_window,
    tx_datetime
FROM (
    SELECT
        *,
        row_number() OVER (
            PARTITION BY terminal_id
            ORDER BY
                tx_datetime DESC, approximate_arrival_timestamp DESC NULLS LAST, transaction_id DESC, customer_id DESC
        ) AS newest
    FROM cust_payment_tx_fraud_predictions
) AS prediction
WHERE newest = 1;

-- Predictions beside the truth: the verdict with the greatest label_datetime, of several the later to arrive; NULL
-- where there is none yet.
CREATE OR REPLACE VIEW cust_payment_tx_outcomes AS
SELECT
    prediction.approximate_arrival_timestamp,
    prediction.partition_key,
    prediction.shard_id,
    prediction.sequence_number,
    prediction.transaction_id,
    prediction.tx_datetime,
    prediction.customer_id,
    prediction.terminal_id,
    prediction.tx_amount,
    prediction.tx_time_seconds,
    prediction.tx_time_days,
    prediction.tx_during_weekend,
    prediction.tx_during_night,
    prediction.customer_id_nb_tx_1day_window,
    prediction.customer_id_avg_amount_1day_window,
    prediction.customer_id_nb_tx_7day_window,
    prediction.customer_id_avg_amount_7day_window,
    prediction.customer_id_nb_tx_30day_window,
    prediction.customer_id_avg_amount_30day_window,
    prediction.terminal_id_nb_tx_1day_window,
    prediction.terminal_id_risk_1day_window,
    prediction.terminal_id_nb_tx_7day_window,
    prediction.terminal_id_risk_7day_window,
    prediction.terminal_id_nb_tx_30day_window,
    prediction.terminal_id_risk_30day_window,
    prediction.full_name,
    prediction.email_address,
    prediction.phone_number,
    prediction.fraud_probability,
    prediction.fraud_prediction,
    prediction.threshold,
    prediction.model_version,
    prediction.scored_at,
    verdict.tx_fraud,
    verdict.label_datetime,
    verdict.label_source,
    prediction.customer_id_amount_ratio,
    prediction.customer_id_nb_high_tx_14day_window,
    prediction.customer_id_max_high_ratio_14day_window,
    prediction.customer_id_nb_known_fraud_28day_window,
    prediction.terminal_id_nb_current_tx_7day_window,
    prediction.terminal_id_nb_known_fraud_7day_window,
    prediction.terminal_id_nb_known_fraud_28day_window,
    prediction.terminal_id_known_fraud_share_28day_window,
    prediction.terminal_id_unexplained_fraud_days,
    prediction.terminal_id_known_fraud_share_since,
    prediction.terminal_id_nb_unconfirmed_since,
    prediction.terminal_id_fraud_run_length,
    prediction.terminal_id_fraud_run_days,
    prediction.anomaly_score,
    prediction.action,
    prediction.rules,
    prediction.reasons,
    prediction.control_version
FROM cust_payment_tx_fraud_predictions AS prediction
LEFT JOIN (
    SELECT
        customer_id,
        transaction_id,
        tx_datetime,
        tx_fraud,
        label_datetime,
        label_source,
        row_number() OVER (
            PARTITION BY customer_id, transaction_id, tx_datetime ORDER BY label_datetime DESC, ingest_order DESC
        ) AS newest
    FROM cust_payment_tx_labels
) AS verdict
    ON verdict.newest = 1
    AND verdict.customer_id = prediction.customer_id
    AND verdict.transaction_id = prediction.transaction_id
    AND verdict.tx_datetime = prediction.tx_datetime;
