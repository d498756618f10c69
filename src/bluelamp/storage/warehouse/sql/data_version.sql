-- One row: what this data version is. `fingerprint` is a hash of the included files and the reference data.
CREATE TABLE data_version (
    schema_version USMALLINT NOT NULL, fingerprint VARCHAR NOT NULL, as_of USMALLINT, newest_release USMALLINT, reference_version VARCHAR NOT NULL,
    reference_missing VARCHAR[] NOT NULL, built_at VARCHAR NOT NULL, program VARCHAR NOT NULL
);
