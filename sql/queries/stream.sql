-- The ten latest payments as they came.
SELECT *
FROM cust_payment_tx_stream
ORDER BY approximate_arrival_timestamp DESC, tx_datetime DESC, transaction_id DESC, customer_id DESC
LIMIT 10;
