-- Who the customers are. Filled by whoever owns the customers (see docs/operations.md); Cardwatch only reads it.
CREATE TABLE IF NOT EXISTS customer_info (
    customer_id   bigint PRIMARY KEY,
    job_title     text,
    email_address text,
    full_name     text,
    phone_number  text,
    city          text,
    state         text
);
