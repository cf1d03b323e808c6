-- Behind three visuals of QuickSight, each over the last 30 days.

-- 1. Payments, alerts and money by day.
SELECT
    dt,
    count(*) AS payments,
    sum(fraud_prediction) AS alerts,
    sum(tx_amount) AS amount,
    sum(CASE WHEN fraud_prediction = 1 THEN tx_amount ELSE 0 END) AS alerted_amount
FROM cust_payment_tx_fraud_predictions
WHERE dt >= CAST(current_date - INTERVAL '30' DAY AS varchar)
GROUP BY dt
ORDER BY dt;

-- 2. Terminals with the most alerts.
SELECT terminal_id, count(*) AS alerts, sum(tx_amount) AS amount, max(terminal_id_risk_7day_window) AS highest_risk
FROM cust_payment_tx_fraud_predictions
WHERE dt >= CAST(current_date - INTERVAL '30' DAY AS varchar) AND fraud_prediction = 1
GROUP BY terminal_id
ORDER BY alerts DESC, terminal_id
LIMIT 20;

-- 3. How the probability is spread, in tenths.
SELECT least(floor(fraud_probability * 10), 9) / 10 AS from_probability, count(*) AS payments
FROM cust_payment_tx_fraud_predictions
WHERE dt >= CAST(current_date - INTERVAL '30' DAY AS varchar)
GROUP BY least(floor(fraud_probability * 10), 9) / 10
ORDER BY from_probability;
