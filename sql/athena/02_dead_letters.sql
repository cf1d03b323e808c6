-- The archive of dead letters, by the hour of their arrival. raw_base64 is NULL unless archive.contacts is true.
CREATE EXTERNAL TABLE cust_payment_tx_dead_letters (
    `stream_name` string,
    `shard_id` string,
    `sequence_number` string,
    `reason` string,
    `sha256` string,
    `message` string,
    `raw_base64` string,
    `approximate_arrival_timestamp` string
)
PARTITIONED BY (`dt` string, `hr` string)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://my-bucket/archive/dead_letters/'
TBLPROPERTIES (
    'projection.enabled' = 'true',
    'projection.dt.type' = 'date',
    'projection.dt.format' = 'yyyy-MM-dd',
    'projection.dt.range' = '2020-01-01,NOW+1DAYS',
    'projection.hr.type' = 'integer',
    'projection.hr.range' = '0,23',
    'projection.hr.digits' = '2',
    'storage.location.template' = 's3://my-bucket/archive/dead_letters/dt=${dt}/hr=${hr}/'
);
