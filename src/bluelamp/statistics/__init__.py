"""A feed in figures: calls active over time, counts, durations, and how usual they are."""
