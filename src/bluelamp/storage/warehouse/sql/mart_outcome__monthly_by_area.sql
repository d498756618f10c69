-- Outcomes counted by everything that a dashboard filters by at once.
CREATE TABLE mart_outcome__monthly_by_area (
    month USMALLINT NOT NULL, force_id UTINYINT NOT NULL, town_id USMALLINT NOT NULL, area_id USMALLINT NOT NULL,
    -- begin words counted together: written by scripts/warehouse_sql.py
    outcome_type_id USMALLINT NOT NULL,
    -- end
    crime_type_id USMALLINT NOT NULL, located BOOLEAN NOT NULL, outcomes UINTEGER NOT NULL
);
-- fill
INSERT INTO mart_outcome__monthly_by_area
SELECT month, force_id, town_id, area_id,
    -- begin codes counted together: written by scripts/warehouse_sql.py
    outcome_type_id,
    -- end
    crime_type_id, located, count(*)
FROM stg_police_uk__outcome
WHERE list_contains($forces, force_id)
GROUP BY ALL;
