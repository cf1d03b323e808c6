-- What is in force, changed while jobs run. Every job and every serve reads these tables anew each control.refresh-interval. All times
-- are UTC. Write with `cardwatch rules apply` and `cardwatch models activate`, which check first.

-- Versions of rules. Of each rule the greatest version with valid_from <= the payment's time is in force, until its valid_until.
CREATE TABLE IF NOT EXISTS fraud_rules (
    rule_id     text         NOT NULL CHECK (rule_id <> ''),
    version     integer      NOT NULL CHECK (version >= 1),
    expression  text         NOT NULL, -- CEL of type bool
    action      text         NOT NULL CHECK (action IN ('none', 'alert', 'review', 'block', 'allow')),
    priority    integer      NOT NULL, -- the fired rule with the lowest decides
    dry_run     boolean      NOT NULL DEFAULT false,
    valid_from  timestamp(0) NOT NULL DEFAULT '-infinity',
    valid_until timestamp(0),          -- NULL: open
    author      text         NOT NULL DEFAULT '',
    description text         NOT NULL DEFAULT '',
    created_at  timestamp(0) NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    PRIMARY KEY (rule_id, version)
);

-- Ids of customers or terminals that rules ask for by listed('NAME', id), as of the payment's time. A row with id -1 only makes
-- sure that a list exists, even if it is empty.
CREATE TABLE IF NOT EXISTS fraud_lists (
    list_name  text         NOT NULL CHECK (list_name <> ''),
    id         bigint       NOT NULL CHECK (id >= -1),
    added_at   timestamp(0) NOT NULL DEFAULT '-infinity',
    expires_at timestamp(0),           -- NULL: never
    reason     text         NOT NULL DEFAULT '',
    author     text         NOT NULL DEFAULT '',
    PRIMARY KEY (list_name, id)
);

-- Models in force: the newest row of a slot counts. The slot champion decides; any other is the name of a challenger, which an
-- empty path retires. Paths are below control.model-root.
CREATE TABLE IF NOT EXISTS fraud_models (
    slot         text             NOT NULL CHECK (slot <> ''),
    model_path   text             NOT NULL,
    threshold    double precision CHECK (threshold BETWEEN 0 AND 1), -- NULL: the model's own
    activated_at timestamp(3)     NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'),
    author       text             NOT NULL DEFAULT '',
    PRIMARY KEY (slot, activated_at)
);

-- What each reader makes of it.
CREATE TABLE IF NOT EXISTS fraud_control_status (
    reader  text         NOT NULL, -- a process of a job, or serve
    kind    text         NOT NULL, -- model or rules
    id      text         NOT NULL, -- the slot, or empty
    version text         NOT NULL, -- what was read
    state   text         NOT NULL CHECK (state IN ('active', 'refused')),
    message text         NOT NULL DEFAULT '',
    since   timestamp(3) NOT NULL,
    PRIMARY KEY (reader, kind, id)
);
