"""Routes about what is held: coverage, findings, releases and what they changed."""
