"""Reference tables: lookups, boundaries, residents."""
