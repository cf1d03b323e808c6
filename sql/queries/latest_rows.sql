-- The twenty latest payments with their scores.
SELECT
    tx_datetime,
    transaction_id,
    customer_id,
    terminal_id,
    tx_amount,
    fraud_probability,
    fraud_prediction,
    scored_at
FROM cust_payment_tx_fraud_predictions
ORDER BY tx_datetime DESC, transaction_id DESC, customer_id DESC
LIMIT 20;
