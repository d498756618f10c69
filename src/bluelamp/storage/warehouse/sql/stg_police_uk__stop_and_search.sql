-- Stop and search, one row per published row. Stops carry no LSOA: town and area follow from their point.
CREATE TABLE stg_police_uk__stop_and_search (
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    month USMALLINT NOT NULL, -- the file's month
    force_id UTINYINT NOT NULL,
    published_time TIMESTAMP, -- the Date column, read as the UTC that it says
    utc_time TIMESTAMP, -- UTC, by the clock that the file was found to be of
    local_time TIMESTAMP, -- the same in Europe/London
    time_known BOOLEAN NOT NULL, -- whether it has a time of day, by what midnight means in its file
    point_id UINTEGER NOT NULL,
    town_id USMALLINT NOT NULL,
    area_id USMALLINT NOT NULL,
    located BOOLEAN NOT NULL,
    -- begin words: written by scripts/warehouse_sql.py
    stop_type_id USMALLINT NOT NULL,
    part_of_operation_id USMALLINT NOT NULL,
    operation_id USMALLINT NOT NULL,
    gender_id USMALLINT NOT NULL,
    age_range_id USMALLINT NOT NULL,
    self_ethnicity_id USMALLINT NOT NULL,
    officer_ethnicity_id USMALLINT NOT NULL,
    legislation_id USMALLINT NOT NULL,
    object_id USMALLINT NOT NULL,
    outcome_id USMALLINT NOT NULL,
    outcome_linked_id USMALLINT NOT NULL,
    clothing_removed_id USMALLINT NOT NULL
    -- end
);
