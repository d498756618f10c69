-- Outcomes, one row per published row, each with the crime that its ID names where it names exactly one.
CREATE TABLE stg_police_uk__outcome (
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    month USMALLINT NOT NULL, -- of the outcome
    force_id UTINYINT NOT NULL,
    reported_by_id USMALLINT NOT NULL,
    falls_within_id USMALLINT NOT NULL,
    point_id UINTEGER NOT NULL,
    lsoa_id UINTEGER NOT NULL,
    town_id USMALLINT NOT NULL,
    area_id USMALLINT NOT NULL,
    located BOOLEAN NOT NULL,
    outcome_type_id USMALLINT NOT NULL,
    crime_key UBIGINT,
    match VARCHAR NOT NULL, -- matched, ambiguous, crime not held, no crime ID
    crime_month USMALLINT, -- of the crime, where matched
    crime_type_id USMALLINT NOT NULL
);
-- fill
INSERT INTO stg_police_uk__outcome
SELECT
    outcome.file_id, outcome.line, included.month, included.force_id,
    coalesce(reported_by.word_id, 0), coalesce(falls_within.word_id, 0),
    point.point_id, point.lsoa_id, point.town_id, point.area_id,
    point.longitude IS NOT NULL AND point.latitude IS NOT NULL,
    coalesce(outcome_type.word_id, 0),
    outcome.crime_key,
    CASE
        WHEN outcome.crime_key IS NULL THEN 'no crime ID'
        WHEN several.crime_key IS NOT NULL THEN 'ambiguous'
        WHEN crime.crime_key IS NULL THEN 'crime not held'
        ELSE 'matched'
    END,
    crime.month,
    coalesce(crime.crime_type_id, 0)
FROM read_parquet($outcome_files) AS outcome
JOIN included_file AS included USING (file_id)
JOIN dim_point AS point USING (point)
LEFT JOIN dim_word AS reported_by ON reported_by.field = 'reported_by' AND reported_by.word = outcome.reported_by
LEFT JOIN dim_word AS falls_within ON falls_within.field = 'falls_within' AND falls_within.word = outcome.falls_within
LEFT JOIN dim_word AS outcome_type ON outcome_type.field = 'outcome_type' AND outcome_type.word = outcome.outcome_type
LEFT JOIN several ON several.force_id = included.force_id AND several.crime_key = outcome.crime_key
LEFT JOIN (
    SELECT force_id, crime_key, month, crime_type_id
    FROM stg_police_uk__street_crime
    WHERE list_contains($forces, force_id) AND crime_key IS NOT NULL AND NOT id_names_several
) AS crime ON crime.force_id = included.force_id AND crime.crime_key = outcome.crime_key;
