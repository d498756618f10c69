"""The relational tables of the live half, one file for each room that writes them."""
