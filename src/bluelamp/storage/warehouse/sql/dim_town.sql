-- Towns: the label that LSOA names carry, and the authority's name for points that have no LSOA. 0 is “none”.
CREATE TABLE dim_town (town_id USMALLINT PRIMARY KEY, town VARCHAR NOT NULL);
