-- The state of every expected dataset × force × month. Derived from the ledger, never from counts.
CREATE TABLE mart_coverage__force_month (
    dataset VARCHAR NOT NULL, force_id UTINYINT NOT NULL, month USMALLINT NOT NULL, state VARCHAR NOT NULL,
    release USMALLINT, rows UINTEGER NOT NULL
);
