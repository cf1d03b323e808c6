-- Decisions that people are told of: the outbox of alerts. It stands in the database of control.url, where that is set, else in the
-- warehouse. The job adds a row for each decision alert, review or block, and sends those that are not held to alerts.target.
-- Rows of old alerts may be deleted at any time. Set held to 0 to have an alert sent that the budget held.
CREATE TABLE IF NOT EXISTS cust_payment_tx_alerts (
    alert_id          text             NOT NULL, -- first 32 digits of the SHA-256 of CUSTOMER_ID/TRANSACTION_ID/EPOCH_SECOND
    transaction_id    bigint           NOT NULL,
    tx_datetime       timestamp(0)     NOT NULL,
    customer_id       bigint           NOT NULL,
    action            text             NOT NULL, -- alert, review or block
    fraud_probability double precision NOT NULL,
    decided_at        timestamp(3),
    held              integer          NOT NULL, -- 1: alerts.cards-per-day was used up, or the card had its alert that day
    target            text             NOT NULL, -- alerts.target when it was decided; empty: not to be sent
    alert             text             NOT NULL, -- what is sent, JSON
    attempts          integer          NOT NULL DEFAULT 0,
    next_attempt_at   timestamp(3)     NOT NULL DEFAULT '-infinity',
    last_error        text             NOT NULL DEFAULT '',
    sent_at           timestamp(3),
    PRIMARY KEY (alert_id)
);

CREATE INDEX IF NOT EXISTS cust_payment_tx_alerts_waiting ON cust_payment_tx_alerts (next_attempt_at, decided_at)
    WHERE sent_at IS NULL AND held = 0 AND target <> '';
