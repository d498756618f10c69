"""What may be asked, and the only way to ask it: every surface goes through the same datasets, so that coverage,
caveats and definitions cannot differ between them."""
