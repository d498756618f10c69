-- Stop and search, one row per published row. Stops carry no LSOA: town and area follow from their point.
CREATE TABLE stg_police_uk__stop_and_search (
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    month USMALLINT NOT NULL, -- the file's month
    force_id UTINYINT NOT NULL,
    utc_time TIMESTAMP, -- UTC
    local_time TIMESTAMP, -- Europe/London
    time_known BOOLEAN NOT NULL,
    point_id UINTEGER NOT NULL,
    town_id USMALLINT NOT NULL,
    area_id USMALLINT NOT NULL,
    located BOOLEAN NOT NULL,
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
);
-- fill
INSERT INTO stg_police_uk__stop_and_search
SELECT
    stop.file_id, stop.line, included.month, included.force_id,
    stop.utc_time, stop.local_time, stop.time_known,
    point.point_id, point.town_id, point.area_id,
    point.longitude IS NOT NULL AND point.latitude IS NOT NULL,
    coalesce(stop_type.word_id, 0), coalesce(part_of_operation.word_id, 0), coalesce(operation.word_id, 0),
    coalesce(gender.word_id, 0), coalesce(age_range.word_id, 0), coalesce(self_ethnicity.word_id, 0),
    coalesce(officer_ethnicity.word_id, 0), coalesce(legislation.word_id, 0), coalesce(object.word_id, 0),
    coalesce(outcome.word_id, 0), coalesce(outcome_linked.word_id, 0), coalesce(clothing_removed.word_id, 0)
FROM read_parquet($stop_files) AS stop
JOIN included_file AS included USING (file_id)
JOIN dim_point AS point USING (point)
LEFT JOIN dim_word AS stop_type ON stop_type.field = 'stop_type' AND stop_type.word = stop.stop_type
LEFT JOIN dim_word AS part_of_operation
    ON part_of_operation.field = 'part_of_operation' AND part_of_operation.word = stop.part_of_operation
LEFT JOIN dim_word AS operation ON operation.field = 'operation' AND operation.word = stop.operation
LEFT JOIN dim_word AS gender ON gender.field = 'gender' AND gender.word = stop.gender
LEFT JOIN dim_word AS age_range ON age_range.field = 'age_range' AND age_range.word = stop.age_range
LEFT JOIN dim_word AS self_ethnicity ON self_ethnicity.field = 'self_ethnicity' AND self_ethnicity.word = stop.self_ethnicity
LEFT JOIN dim_word AS officer_ethnicity
    ON officer_ethnicity.field = 'officer_ethnicity' AND officer_ethnicity.word = stop.officer_ethnicity
LEFT JOIN dim_word AS legislation ON legislation.field = 'legislation' AND legislation.word = stop.legislation
LEFT JOIN dim_word AS object ON object.field = 'object' AND object.word = stop.object
LEFT JOIN dim_word AS outcome ON outcome.field = 'outcome' AND outcome.word = stop.outcome
LEFT JOIN dim_word AS outcome_linked ON outcome_linked.field = 'outcome_linked' AND outcome_linked.word = stop.outcome_linked
LEFT JOIN dim_word AS clothing_removed
    ON clothing_removed.field = 'clothing_removed' AND clothing_removed.word = stop.clothing_removed;
