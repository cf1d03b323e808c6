-- Known frauds and all payments of the labelled past, month by month.
SELECT
    to_char(tx_datetime, 'YYYYMM')                                   AS year_month,
    count(*) FILTER (WHERE tx_fraud = 1)                             AS fraud_tx,
    count(*) FILTER (WHERE tx_fraud = 0)                             AS non_fraud_tx,
    count(*)                                                         AS total_tx,
    round(100.0 * count(*) FILTER (WHERE tx_fraud = 1) / count(*), 3) AS fraud_percent
FROM cust_payment_tx_history
GROUP BY year_month
ORDER BY year_month;
