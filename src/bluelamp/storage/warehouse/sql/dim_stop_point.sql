-- Map points of stops whose town and authority are those of the LSOA that crimes or outcomes at the same coordinates
-- bear: a better witness than an outline. The area of every other point of a stop is that of `dim_point`.
CREATE TABLE dim_stop_point (
    point_id UINTEGER PRIMARY KEY,
    town_id USMALLINT NOT NULL,
    area_id USMALLINT NOT NULL
);
