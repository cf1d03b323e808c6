-- Payments, money and alerts of each day (UTC).
SELECT
    date_trunc('day', tx_datetime)::date AS tx_day,
    count(*)                             AS total_tx,
    sum(tx_amount)                       AS total_amount,
    sum(fraud_prediction)                AS alerts
FROM cust_payment_tx_fraud_predictions
GROUP BY tx_day
ORDER BY tx_day;
