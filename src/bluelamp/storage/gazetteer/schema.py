"""The tables of the offline index, one SQLite file for a city. Written by `building`, read by `reading`.

meta       what it was made of: origin of the plane, version, counts
street     one row a street
numbers    known addresses of a street: house numbers (int32, sorted) and metres (float64, two for each)
ranges     centreline pieces with numbers: two ends each (int32), three points along each (float64, six)
crossing   where two streets meet (the smaller number first), with the gap between what is known of them
place      places that are known by a name
area       polygons in WKB, on the plane
vote       known points of an area that no polygon is known of
"""

from __future__ import annotations

# Grows whenever what is written here, or how it is made, changes: the index is then made anew.
LAYOUT = 1

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE street (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL, prefix TEXT NOT NULL, suffix TEXT NOT NULL,
    bound TEXT NOT NULL, service_road INTEGER NOT NULL, ramp INTEGER NOT NULL, freeway TEXT NOT NULL,
    x REAL NOT NULL, y REAL NOT NULL, reach REAL NOT NULL
);
CREATE TABLE numbers (street INTEGER PRIMARY KEY, numbers BLOB NOT NULL, points BLOB NOT NULL);
CREATE TABLE ranges (street INTEGER PRIMARY KEY, ends BLOB NOT NULL, points BLOB NOT NULL);
CREATE TABLE crossing (
    one INTEGER NOT NULL, other INTEGER NOT NULL, x REAL NOT NULL, y REAL NOT NULL,
    gap REAL NOT NULL, spread REAL NOT NULL, method TEXT NOT NULL,
    PRIMARY KEY (one, other, x, y)
) WITHOUT ROWID;
CREATE TABLE place (key TEXT PRIMARY KEY, x REAL NOT NULL, y REAL NOT NULL, spread REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE area (
    kind TEXT NOT NULL, name TEXT NOT NULL, shape BLOB NOT NULL, PRIMARY KEY (kind, name)
) WITHOUT ROWID;
CREATE TABLE vote (
    kind TEXT NOT NULL, name TEXT NOT NULL, points BLOB NOT NULL, PRIMARY KEY (kind, name)
) WITHOUT ROWID;
"""
