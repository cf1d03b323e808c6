-- Rows that are there twice. Redshift enforces no keys, so this is how to know; it finds none unless somebody else writes.
SELECT 'cust_payment_tx_fraud_predictions' AS table_name, customer_id, transaction_id, tx_datetime, count(*) AS copies
FROM cust_payment_tx_fraud_predictions
GROUP BY customer_id, transaction_id, tx_datetime
HAVING count(*) > 1
UNION ALL
SELECT 'cust_payment_tx_history', customer_id, transaction_id, tx_datetime, count(*)
FROM cust_payment_tx_history
GROUP BY customer_id, transaction_id, tx_datetime
HAVING count(*) > 1
UNION ALL
SELECT 'cust_payment_tx_labels', customer_id, transaction_id, tx_datetime, count(*)
FROM cust_payment_tx_labels
GROUP BY customer_id, transaction_id, tx_datetime, label_datetime, tx_fraud
HAVING count(*) > 1
UNION ALL
SELECT 'cust_payment_tx_shadow_scores', customer_id, transaction_id, tx_datetime, count(*)
FROM cust_payment_tx_shadow_scores
GROUP BY customer_id, transaction_id, tx_datetime, slot
HAVING count(*) > 1;
