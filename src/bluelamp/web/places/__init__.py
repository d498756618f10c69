"""Routes about where calls are: one call's place, the city's map, accuracy."""
