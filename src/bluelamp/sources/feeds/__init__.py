"""Feeds of active calls: one file per platform, one small TOML per agency."""
