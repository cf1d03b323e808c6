-- The customers who paid most often in the 30 days before their latest payment, that one included, with its features.
SELECT *
FROM customer_transformations
ORDER BY customer_id_nb_tx_30day_window DESC, customer_id
LIMIT 10;
