-- The publishers, in the order of domain/force.py; 0 stands for rows whose publisher is not stated.
CREATE TABLE dim_force (force_id UTINYINT PRIMARY KEY, slug VARCHAR NOT NULL, name VARCHAR NOT NULL);
