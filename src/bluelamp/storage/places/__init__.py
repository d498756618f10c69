"""Resolved places, what each source answered, and the coordinates that cities report."""
