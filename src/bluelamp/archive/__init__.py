"""Flow one: discover → fetch → extract → load → model → publish. `workflow` holds the list of steps in order."""
