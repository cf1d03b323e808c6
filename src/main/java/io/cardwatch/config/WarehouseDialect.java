package io.cardwatch.config;

/** Whose statements are sent to the warehouse. */
public enum WarehouseDialect {
    /** PostgreSQL's. */
    POSTGRESQL,
    /** Amazon Redshift's. A PostgreSQL whose tables have no keys takes them, too. */
    REDSHIFT
}
