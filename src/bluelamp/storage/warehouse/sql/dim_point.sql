-- Snap points as published, with the areas they belong to. `point` is the lake's key.
CREATE TABLE dim_point (
    point_id UINTEGER NOT NULL,
    point UBIGINT NOT NULL,
    longitude DOUBLE,
    latitude DOUBLE,
    location VARCHAR,
    lsoa_id UINTEGER NOT NULL,
    town_id USMALLINT NOT NULL,
    area_id USMALLINT NOT NULL
);
-- fill
INSERT INTO dim_point
SELECT
    (SELECT coalesce(max(point_id), 0) FROM dim_point) + row_number() OVER (),
    fresh.point, fresh.longitude, fresh.latitude, fresh.location,
    coalesce(lsoa.lsoa_id, 0),
    coalesce(nullif(lsoa.town_id, 0), located.town_id, 0), -- 0 is “none”, also for the blank LSOA
    coalesce(nullif(lsoa.area_id, 0), located.area_id, 0)
FROM fresh_point AS fresh
LEFT JOIN dim_lsoa AS lsoa ON lsoa.code = coalesce(fresh.lsoa_code, '') AND lsoa.name = coalesce(fresh.lsoa_name, '')
LEFT JOIN located_point AS located ON located.point = fresh.point;
