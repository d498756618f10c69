"""Where data comes from. This floor reads the world and knows no storage."""
