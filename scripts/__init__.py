"""The workshop's recipes that are more than a line of the Makefile: changelog, release, bill of materials, audit, and
the columns in SQL files."""
