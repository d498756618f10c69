-- Local authorities. `force_id` is the territorial force whose area it is; `residents` those of the census.
CREATE TABLE dim_area (
    area_id USMALLINT PRIMARY KEY,
    code VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    force_id UTINYINT,
    residents UINTEGER
);
