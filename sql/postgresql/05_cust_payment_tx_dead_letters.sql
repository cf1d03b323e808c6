-- Every record that could not be used, once. raw_base64 holds its bytes, capped, and is empty where only the hash may
-- be kept; sha256 is of all of its bytes. Of a row that the warehouse refused (WAREHOUSE_REJECTED) both are of the JSON
-- that the job made of it. For records of a file, shard_id is empty and sequence_number is the line.
CREATE TABLE IF NOT EXISTS cust_payment_tx_dead_letters (
    stream_name                   text NOT NULL,
    shard_id                      text NOT NULL,
    sequence_number               text NOT NULL,
    reason                        text NOT NULL,
    sha256                        text NOT NULL,
    message                       text NOT NULL,
    raw_base64                    text NOT NULL,
    approximate_arrival_timestamp timestamp(3),
    PRIMARY KEY (stream_name, shard_id, sequence_number, reason, sha256)
);
