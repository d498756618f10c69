-- What each file as a whole was found to be: one row for each file and property, with how sure it is and why.
CREATE TABLE mart_profile__force_month (
    file_id INTEGER NOT NULL, dataset VARCHAR NOT NULL, force_id UTINYINT NOT NULL, month USMALLINT NOT NULL,
    property VARCHAR NOT NULL, value VARCHAR NOT NULL,
    confidence DOUBLE NOT NULL, -- a probability, 0.5 to 1
    standing VARCHAR NOT NULL, -- certain, likely or a guess
    decided_by VARCHAR NOT NULL, reason VARCHAR NOT NULL,
    rows UINTEGER NOT NULL, -- those that it makes a difference to
    evidence VARCHAR NOT NULL -- JSON
);
