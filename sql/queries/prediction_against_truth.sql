-- How good the predictions were, among the payments with a verdict, per model version. Precision is NULL where nothing
-- was predicted, recall where nothing was fraud. Read it with the share of payments that have a verdict at all: a
-- producer that sends only frauds as labels makes precision look perfect.
WITH confusion AS (
    SELECT
        model_version,
        count(*)                                                                AS payments,
        count(tx_fraud)                                                         AS verdicts,
        sum(CASE WHEN fraud_prediction = 1 AND tx_fraud = 1 THEN 1 ELSE 0 END) AS true_positives,
        sum(CASE WHEN fraud_prediction = 1 AND tx_fraud = 0 THEN 1 ELSE 0 END) AS false_positives,
        sum(CASE WHEN fraud_prediction = 0 AND tx_fraud = 1 THEN 1 ELSE 0 END) AS false_negatives,
        sum(CASE WHEN fraud_prediction = 0 AND tx_fraud = 0 THEN 1 ELSE 0 END) AS true_negatives
    FROM cust_payment_tx_outcomes
    GROUP BY model_version
)
SELECT
    *,
    round(true_positives::numeric(20, 4) / nullif(true_positives + false_positives, 0), 4) AS precision,
    round(true_positives::numeric(20, 4) / nullif(true_positives + false_negatives, 0), 4) AS recall
FROM confusion
ORDER BY model_version;
