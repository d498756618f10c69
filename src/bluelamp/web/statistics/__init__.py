"""Routes about a feed in figures."""
