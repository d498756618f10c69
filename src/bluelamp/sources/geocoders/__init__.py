"""Geocoders: one file each, one protocol (`geocoder`), one way of calling them (`calling`). They know no storage."""
