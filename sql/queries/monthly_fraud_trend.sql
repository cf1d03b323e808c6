-- Known frauds and all payments of the labelled past, month by month.
SELECT
    to_char(tx_datetime, 'YYYYMM')                                              AS year_month,
    sum(CASE WHEN tx_fraud = 1 THEN 1 ELSE 0 END)                               AS fraud_tx,
    sum(CASE WHEN tx_fraud = 0 THEN 1 ELSE 0 END)                               AS non_fraud_tx,
    count(*)                                                                    AS total_tx,
    round(100.0 * sum(CASE WHEN tx_fraud = 1 THEN 1 ELSE 0 END) / count(*), 3)  AS fraud_percent
FROM cust_payment_tx_history
GROUP BY to_char(tx_datetime, 'YYYYMM')
ORDER BY year_month;
