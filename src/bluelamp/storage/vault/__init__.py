"""Bytes as received, as single objects and in packs, in a folder or in object storage."""
