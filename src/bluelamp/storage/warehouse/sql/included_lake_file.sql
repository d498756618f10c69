-- The lake's files of words and points that are in this version already: the next one needs only the others.
CREATE TABLE included_lake_file (lake_path VARCHAR NOT NULL);
