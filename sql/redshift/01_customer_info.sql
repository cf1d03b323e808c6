-- Names and contacts, kept up to date by the bank. The job reads it and never writes it.
-- Redshift enforces no keys: of two rows with one customer_id either may be taken.
CREATE TABLE IF NOT EXISTS customer_info (
    customer_id   bigint           NOT NULL ENCODE raw,
    job_title     varchar(512) ENCODE lzo,
    email_address varchar(512) ENCODE lzo,
    full_name     varchar(512) ENCODE lzo,
    phone_number  varchar(128) ENCODE lzo,
    city          varchar(256) ENCODE lzo,
    state         varchar(256) ENCODE lzo
)
DISTSTYLE KEY DISTKEY (customer_id) SORTKEY (customer_id);
