-- Outcomes, one row per published row, each with the crime that its ID names where it names exactly one.
CREATE TABLE stg_police_uk__outcome (
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    month USMALLINT NOT NULL, -- of the outcome
    force_id UTINYINT NOT NULL,
    -- begin publishers: written by scripts/warehouse_sql.py
    reported_by_id USMALLINT NOT NULL,
    falls_within_id USMALLINT NOT NULL,
    -- end
    point_id UINTEGER NOT NULL,
    lsoa_id UINTEGER NOT NULL,
    town_id USMALLINT NOT NULL,
    area_id USMALLINT NOT NULL,
    located BOOLEAN NOT NULL,
    -- begin words: written by scripts/warehouse_sql.py
    outcome_type_id USMALLINT NOT NULL,
    -- end
    crime_key UBIGINT,
    match VARCHAR NOT NULL, -- matched, ambiguous, crime not held, no crime ID
    crime_month USMALLINT, -- of the crime, where matched
    crime_type_id USMALLINT NOT NULL
);
