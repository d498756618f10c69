-- Snap points as published, with the areas they belong to. `point` is the lake's key; `lsoa_m` says how many metres a
-- point lies outside the LSOA that it names, null where the outline of that is not held.
CREATE TABLE dim_point (
    point_id UINTEGER NOT NULL,
    point UBIGINT NOT NULL,
    longitude DOUBLE,
    latitude DOUBLE,
    location VARCHAR,
    lsoa_id UINTEGER NOT NULL,
    town_id USMALLINT NOT NULL,
    area_id USMALLINT NOT NULL,
    lsoa_m REAL
);
-- fill
INSERT INTO dim_point
SELECT
    (SELECT coalesce(max(point_id), 0) FROM dim_point) + row_number() OVER (),
    fresh.point, fresh.longitude, fresh.latitude, fresh.location,
    coalesce(lsoa.lsoa_id, 0),
    coalesce(nullif(lsoa.town_id, 0), located.town_id, 0), -- 0 is “none”, also for the blank LSOA
    coalesce(nullif(lsoa.area_id, 0), located.area_id, 0),
    measured.lsoa_m
FROM fresh_point AS fresh
LEFT JOIN dim_lsoa AS lsoa ON lsoa.code = coalesce(fresh.lsoa_code, '') AND lsoa.name = coalesce(fresh.lsoa_name, '')
LEFT JOIN located_point AS located ON located.point = fresh.point
LEFT JOIN measured_point AS measured ON measured.point = fresh.point;
