-- Payments, money and alerts of each hour (UTC) of the last two days that have payments.
SELECT
    date_trunc('hour', tx_datetime) AS tx_hour,
    count(*)                        AS total_tx,
    sum(tx_amount)                  AS total_amount,
    sum(fraud_prediction)           AS alerts
FROM cust_payment_tx_fraud_predictions
WHERE tx_datetime >= (SELECT max(tx_datetime) - INTERVAL '2 days' FROM cust_payment_tx_fraud_predictions)
GROUP BY tx_hour
ORDER BY tx_hour;
