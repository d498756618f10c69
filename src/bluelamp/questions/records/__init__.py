"""Single records: every column as published, page by page or all in a stream, and one with everything known of it.

A record's name says where it was published: `2021-03-kent-street-12` is line 12 of `2021-03-kent-street.csv`.
"""
