-- Every record that could not be used, once. raw_base64 holds its bytes, capped at 49 149 (65 532 characters), and is
-- empty where only the hash may be kept; sha256 is of all of its bytes. Of a row that the warehouse refused
-- (WAREHOUSE_REJECTED) both are of the JSON that the job made of it.
-- Its key, which the writer keeps: stream_name, shard_id, sequence_number, reason, sha256.
CREATE TABLE IF NOT EXISTS cust_payment_tx_dead_letters (
    stream_name                   varchar(1024)    NOT NULL ENCODE lzo,
    shard_id                      varchar(64)      NOT NULL ENCODE lzo,
    sequence_number               varchar(256)     NOT NULL ENCODE lzo,
    reason                        varchar(64)      NOT NULL ENCODE lzo,
    sha256                        varchar(64)      NOT NULL ENCODE lzo,
    message                       varchar(4096)    NOT NULL ENCODE lzo,
    raw_base64                    varchar(65532)   NOT NULL ENCODE lzo,
    approximate_arrival_timestamp timestamp ENCODE raw
)
DISTSTYLE KEY DISTKEY (sha256) SORTKEY (approximate_arrival_timestamp);

-- Whoever writes locks this table first; readers are not held up.
CREATE TABLE IF NOT EXISTS cust_payment_tx_dead_letters_lock (locked integer);
