-- The data-quality report: findings per file, with counts and examples (a JSON list of {line, value}). `ids` is how many
-- crime IDs the rows bear; null where a finding is not about IDs, or was made before they were counted.
CREATE TABLE mart_quality__finding (
    file_id INTEGER NOT NULL, dataset VARCHAR NOT NULL, force_id UTINYINT NOT NULL, month USMALLINT NOT NULL,
    finding VARCHAR NOT NULL, field VARCHAR NOT NULL, rows UINTEGER NOT NULL, of_rows UINTEGER NOT NULL,
    examples VARCHAR NOT NULL, ids UINTEGER
);
