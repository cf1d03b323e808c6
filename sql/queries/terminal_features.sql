-- The terminals with the greatest share of known frauds in the 30 days up to a week before their latest payment.
SELECT *
FROM terminal_transformations
ORDER BY terminal_id_risk_30day_window DESC, terminal_id_nb_tx_30day_window DESC, terminal_id
LIMIT 10;
