-- One view for the stream: columns cannot be added to it later, so it keeps the whole object. Redshift refreshes it by itself.
-- What is no JSON is left out.
CREATE MATERIALIZED VIEW cardwatch_predictions_stream
DISTSTYLE EVEN SORTKEY (approximate_arrival_timestamp)
AUTO REFRESH YES AS
SELECT
    approximate_arrival_timestamp,
    partition_key,
    shard_id,
    sequence_number,
    refresh_time,
    JSON_PARSE(kinesis_data) AS payload
FROM cardwatch_stream."cust-payment-predictions"
WHERE CAN_JSON_PARSE(kinesis_data);
