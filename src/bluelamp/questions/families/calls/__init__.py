"""The dataset `calls`: calls for service of closed days, asked about like crime. Its rows lie in the lake, a file for
each feed and local day; no archive is needed for it, and it is not needed for the archive.
"""
