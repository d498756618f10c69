"""Closed days of calls go to the lake; what the event log may then drop; the gaps in which a feed was not observed."""
