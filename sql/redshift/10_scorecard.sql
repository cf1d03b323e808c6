-- What each model decided on each day (UTC, of tx_datetime), beside the truth as it is known now, for charts. A payment without a
-- verdict counts as labelled 0, as fraud 0: read days that are older than your labels take. `cardwatch scorecard` adds intervals,
-- rules and drift.
CREATE OR REPLACE VIEW cust_payment_tx_scorecard AS
SELECT
    CAST(tx_datetime AS date)                                                          AS tx_date,
    model_version,
    threshold,
    count(*)                                                                           AS payments,
    count(CASE WHEN fraud_prediction = 1 THEN 1 END)                                   AS alerts,
    count(CASE WHEN action = 'alert' THEN 1 END)                                       AS action_alert,
    count(CASE WHEN action = 'review' THEN 1 END)                                      AS action_review,
    count(CASE WHEN action = 'block' THEN 1 END)                                       AS action_block,
    count(CASE WHEN action = 'allow' THEN 1 END)                                       AS action_allow,
    count(tx_fraud)                                                                    AS labelled,
    count(CASE WHEN tx_fraud = 1 THEN 1 END)                                           AS frauds,
    count(CASE WHEN tx_fraud = 1 AND fraud_prediction = 1 THEN 1 END)                  AS caught_frauds,
    sum(tx_amount)                                                                     AS amount,
    sum(CASE WHEN fraud_prediction = 1 THEN tx_amount ELSE 0 END)                      AS alert_amount,
    sum(CASE WHEN tx_fraud = 1 THEN tx_amount ELSE 0 END)                              AS fraud_amount,
    sum(CASE WHEN tx_fraud = 1 AND fraud_prediction = 1 THEN tx_amount ELSE 0 END)     AS caught_amount
FROM cust_payment_tx_outcomes
GROUP BY CAST(tx_datetime AS date), model_version, threshold;
