-- What became of crimes with an ID: months from the crime to its first outcome (null: none yet, still open), and the
-- street file's last outcome category beside the outcomes files' latest type.
CREATE TABLE mart_crime__time_to_outcome (
    month USMALLINT NOT NULL, force_id UTINYINT NOT NULL, crime_type_id USMALLINT NOT NULL,
    last_outcome_id USMALLINT NOT NULL, latest_outcome_id USMALLINT NOT NULL,
    months_to_first SMALLINT, id_names_several BOOLEAN NOT NULL, crimes UINTEGER NOT NULL
);
-- fill
INSERT INTO mart_crime__time_to_outcome
SELECT month, force_id, crime_type_id, last_outcome_id, latest_outcome_id,
    first_outcome_month::SMALLINT - month::SMALLINT, id_names_several, count(*)
FROM stg_police_uk__street_crime
WHERE list_contains($forces, force_id) AND crime_key IS NOT NULL
GROUP BY ALL;
