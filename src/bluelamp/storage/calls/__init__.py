"""Calls of closed days: their files in the lake, the copy in object storage, and the table of days."""
