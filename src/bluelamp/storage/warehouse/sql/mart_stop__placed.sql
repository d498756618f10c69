-- How the stops of a force-month came by their town and authority: by crimes at the same map point, or by an outline. Of
-- the former, how many lie in an outline at all, and how many in that of another authority.
CREATE TABLE mart_stop__placed (
    force_id UTINYINT NOT NULL, month USMALLINT NOT NULL, by_crimes UINTEGER NOT NULL, by_outline UINTEGER NOT NULL,
    in_outline UINTEGER NOT NULL, in_another UINTEGER NOT NULL
);
-- fill
INSERT INTO mart_stop__placed
SELECT
    r.force_id, r.month, count(placed.point_id),
    count(*) FILTER (placed.point_id IS NULL AND (r.area_id <> 0 OR r.town_id <> 0)),
    count(*) FILTER (placed.area_id <> 0 AND point.area_id <> 0),
    count(*) FILTER (placed.area_id <> 0 AND point.area_id <> 0 AND placed.area_id <> point.area_id)
FROM stg_police_uk__stop_and_search AS r JOIN dim_point AS point USING (point_id)
LEFT JOIN dim_stop_point AS placed USING (point_id)
GROUP BY ALL;
