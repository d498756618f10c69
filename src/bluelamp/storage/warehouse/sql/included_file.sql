-- The force-month files whose rows this data version holds, one per held dataset × force × month.
-- `release` is the release that answers; the rows themselves may have come with an earlier one, unchanged.
CREATE TABLE included_file (
    file_id INTEGER PRIMARY KEY,
    dataset VARCHAR NOT NULL,
    force_id UTINYINT NOT NULL,
    month USMALLINT NOT NULL,
    release USMALLINT NOT NULL,
    lake_path VARCHAR NOT NULL,
    rows UINTEGER NOT NULL,
    origin VARCHAR NOT NULL, -- archive or api
    reading VARCHAR NOT NULL -- how the times of its stops were read
);
