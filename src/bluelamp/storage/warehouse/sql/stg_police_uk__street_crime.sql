-- Street crime, one row per published row. Outcome columns come from the outcomes files of the same force.
CREATE TABLE stg_police_uk__street_crime (
    file_id INTEGER NOT NULL,
    line INTEGER NOT NULL,
    month USMALLINT NOT NULL, -- the file's month, as months since year 0
    force_id UTINYINT NOT NULL, -- the publisher whose file it stands in
    reported_by_id USMALLINT NOT NULL,
    falls_within_id USMALLINT NOT NULL,
    point_id UINTEGER NOT NULL,
    lsoa_id UINTEGER NOT NULL,
    town_id USMALLINT NOT NULL,
    area_id USMALLINT NOT NULL,
    located BOOLEAN NOT NULL,
    crime_type_id USMALLINT NOT NULL,
    last_outcome_id USMALLINT NOT NULL,
    crime_key UBIGINT, -- null where the crime has no ID
    id_names_several BOOLEAN NOT NULL, -- the ID stands on more than one row of this force: outcomes are ambiguous
    outcomes USMALLINT NOT NULL, -- outcome rows matched to this crime alone
    first_outcome_month USMALLINT,
    latest_outcome_id USMALLINT NOT NULL
);
-- fill
INSERT INTO stg_police_uk__street_crime
WITH matched AS (
    SELECT included.force_id, o.crime_key,
        count(*) AS outcomes,
        min(included.month) AS first_month,
        -- Of several outcomes in the latest month, the one listed last.
        arg_max(o.outcome_type, (included.month::UBIGINT << 32) + o.line::UBIGINT) AS latest
    FROM read_parquet($outcome_files) AS o
    JOIN included_file AS included USING (file_id)
    WHERE o.crime_key IS NOT NULL
    GROUP BY ALL
)
SELECT
    crime.file_id, crime.line, included.month, included.force_id,
    coalesce(reported_by.word_id, 0), coalesce(falls_within.word_id, 0),
    point.point_id, point.lsoa_id, point.town_id, point.area_id,
    point.longitude IS NOT NULL AND point.latitude IS NOT NULL,
    coalesce(crime_type.word_id, 0), coalesce(last_outcome.word_id, 0),
    crime.crime_key,
    several.crime_key IS NOT NULL,
    CASE WHEN several.crime_key IS NULL THEN coalesce(matched.outcomes, 0) ELSE 0 END,
    CASE WHEN several.crime_key IS NULL THEN matched.first_month END,
    CASE WHEN several.crime_key IS NULL THEN coalesce(latest.word_id, 0) ELSE 0 END
FROM read_parquet($crime_files) AS crime
JOIN included_file AS included USING (file_id)
JOIN dim_point AS point USING (point)
LEFT JOIN dim_word AS reported_by ON reported_by.field = 'reported_by' AND reported_by.word = crime.reported_by
LEFT JOIN dim_word AS falls_within ON falls_within.field = 'falls_within' AND falls_within.word = crime.falls_within
LEFT JOIN dim_word AS crime_type ON crime_type.field = 'crime_type' AND crime_type.word = crime.crime_type
LEFT JOIN dim_word AS last_outcome ON last_outcome.field = 'last_outcome' AND last_outcome.word = crime.last_outcome
LEFT JOIN several ON several.force_id = included.force_id AND several.crime_key = crime.crime_key
LEFT JOIN matched ON matched.force_id = included.force_id AND matched.crime_key = crime.crime_key
LEFT JOIN dim_word AS latest ON latest.field = 'outcome_type' AND latest.word = matched.latest;
