"""SQLite or PostgreSQL: how they are opened, pooled and read."""
