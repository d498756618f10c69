"""Incident reports: what a city's police put on record of an incident, a day or so after the call.

Its rows are files that an operator puts into the home, `incidents/CITY.csv`, in the form of Dallas's portal.
"""
