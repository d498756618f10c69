"""What a file as a whole really says. Counted file by file while the rows are at hand, decided when all are known.

evidence    what is counted of one file, kept in the ledger
clock       UTC or local: by the hours at the ends of a month, and the months around it
time_of_day what midnight means, and whether the minutes say anything
overrides   what is known better: the table that ships, and the operator's
deciding    all properties of all files of a version, the same in any order of loading
"""
