-- Two ways to keep names, addresses and phone numbers from those who do not need them. Run one of them, with your role.

-- 1. Columns: the role sees the others only.
GRANT SELECT (
    approximate_arrival_timestamp, partition_key, shard_id, sequence_number, transaction_id, tx_datetime,
    customer_id, terminal_id, tx_amount, tx_time_seconds, tx_time_days, tx_during_weekend, tx_during_night,
    customer_id_nb_tx_1day_window, customer_id_avg_amount_1day_window, customer_id_nb_tx_7day_window,
    customer_id_avg_amount_7day_window, customer_id_nb_tx_30day_window, customer_id_avg_amount_30day_window,
    terminal_id_nb_tx_1day_window, terminal_id_risk_1day_window, terminal_id_nb_tx_7day_window,
    terminal_id_risk_7day_window, terminal_id_nb_tx_30day_window, terminal_id_risk_30day_window,
    fraud_probability, fraud_prediction, threshold, model_version, scored_at, customer_id_amount_ratio,
    customer_id_nb_high_tx_14day_window, customer_id_max_high_ratio_14day_window,
    customer_id_nb_known_fraud_28day_window, terminal_id_nb_current_tx_7day_window,
    terminal_id_nb_known_fraud_7day_window, terminal_id_nb_known_fraud_28day_window,
    terminal_id_known_fraud_share_28day_window, terminal_id_unexplained_fraud_days,
    terminal_id_known_fraud_share_since, terminal_id_nb_unconfirmed_since, terminal_id_fraud_run_length,
    terminal_id_fraud_run_days, anomaly_score, action, rules, reasons, control_version
) ON cust_payment_tx_fraud_predictions TO ROLE analyst;

-- 2. Masking: the role may select every column, and these say '***'.
CREATE MASKING POLICY hidden_contact WITH (contact varchar(512)) USING ('***'::varchar(512));
ATTACH MASKING POLICY hidden_contact ON cust_payment_tx_fraud_predictions (full_name) TO ROLE analyst;
ATTACH MASKING POLICY hidden_contact ON cust_payment_tx_fraud_predictions (email_address) TO ROLE analyst;
ATTACH MASKING POLICY hidden_contact ON cust_payment_tx_fraud_predictions (phone_number) TO ROLE analyst;
