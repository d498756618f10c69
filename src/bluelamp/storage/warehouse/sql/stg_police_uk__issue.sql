-- Rows that did not fit, as published, with the reason. They are in no figure.
CREATE TABLE stg_police_uk__issue (
    file_id INTEGER NOT NULL, line INTEGER NOT NULL, field VARCHAR NOT NULL, value VARCHAR NOT NULL,
    reason VARCHAR NOT NULL, text VARCHAR NOT NULL
);
