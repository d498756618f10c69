-- Crimes counted by everything that a dashboard filters by at once.
CREATE TABLE mart_crime__monthly_by_area (
    month USMALLINT NOT NULL, force_id UTINYINT NOT NULL, town_id USMALLINT NOT NULL, area_id USMALLINT NOT NULL,
    -- begin words counted together: written by scripts/warehouse_sql.py
    crime_type_id USMALLINT NOT NULL,
    last_outcome_id USMALLINT NOT NULL,
    -- end
    located BOOLEAN NOT NULL, crimes UINTEGER NOT NULL
);
-- fill
INSERT INTO mart_crime__monthly_by_area
SELECT month, force_id, town_id, area_id,
    -- begin codes counted together: written by scripts/warehouse_sql.py
    crime_type_id,
    last_outcome_id,
    -- end
    located, count(*)
FROM stg_police_uk__street_crime
WHERE list_contains($forces, force_id)
GROUP BY ALL;
