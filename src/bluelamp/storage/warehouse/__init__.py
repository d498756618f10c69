"""The engine that answers: one DuckDB file for each data version, built beside and swapped in."""
