-- Whom to call: the hundred latest alerts with the customer's contact details, most probable fraud of a second first.
SELECT
    tx_datetime,
    fraud_probability,
    tx_amount,
    terminal_id,
    customer_id,
    full_name,
    email_address,
    phone_number
FROM cust_payment_tx_fraud_predictions
WHERE fraud_prediction = 1
ORDER BY tx_datetime DESC, fraud_probability DESC, customer_id, transaction_id
LIMIT 100;
