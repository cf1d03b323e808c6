package io.cardwatch.domain;

/** Why a record could not be used. The names are stored, so they never change. */
public enum DeadLetterReason {
    OVERSIZE,
    EMPTY,
    NOT_UTF8,
    BAD_JSON,
    TOO_COMPLEX,
    NOT_OBJECT,
    DUPLICATE_KEY,
    MISSING,
    TYPE,
    ID_INVALID,
    BAD_DATETIME,
    AMOUNT_NOT_FINITE,
    AMOUNT_NEGATIVE,
    AMOUNT_RANGE,
    LABEL_INVALID,
    FUTURE,
    TOO_OLD,
    CONFLICT,
    LABEL_UNMATCHED,
    WAREHOUSE_REJECTED
}
