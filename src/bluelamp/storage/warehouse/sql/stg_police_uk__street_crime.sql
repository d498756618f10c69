-- Street crime, one row per published row. Outcome columns come from the outcomes files of the same force.
CREATE TABLE stg_police_uk__street_crime (
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    month USMALLINT NOT NULL, -- the file's month, as months since year 0
    force_id UTINYINT NOT NULL, -- the publisher whose file it stands in
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
    crime_type_id USMALLINT NOT NULL,
    last_outcome_id USMALLINT NOT NULL,
    -- end
    crime_key UBIGINT, -- null where the crime has no ID
    id_names_several BOOLEAN NOT NULL, -- the ID stands on more than one row of this force: outcomes are ambiguous
    outcomes USMALLINT NOT NULL, -- outcome rows matched to this crime alone
    first_outcome_month USMALLINT,
    latest_outcome_id USMALLINT NOT NULL
);
