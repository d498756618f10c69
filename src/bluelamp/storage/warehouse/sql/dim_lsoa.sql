-- LSOAs as published: one row for each (code, name) that files carry. `vintage` is 2011, 2021, both or unknown.
CREATE TABLE dim_lsoa (
    lsoa_id UINTEGER PRIMARY KEY,
    code VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    vintage VARCHAR NOT NULL,
    town_id USMALLINT NOT NULL,
    area_id USMALLINT NOT NULL
);
