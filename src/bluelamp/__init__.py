"""Bluelamp: public police data in the hands of the people it is about."""

__version__ = "0.1.0"
