"""What a file as a whole really says. Counted file by file while the rows are at hand, decided when all are known.

evidence        what is counted of the times of one file of stops, kept in the ledger
place_evidence  what is counted of where the rows of any file lie
counting        both, of a load task's rows, or from the lake of files that were loaded before
clock           UTC or local: by the hours at the ends of a month, and the months around it
time_of_day     what midnight means, and whether the minutes say anything
coordinates     where the points lie, and how exact they are
rows_held       how many rows there are, how often each stands, whose they are
overrides       what is known better: the table that ships, and the operator's
deciding        all properties of all files of a version, the same in any order of loading
kept            how evidence rests in the ledger
descriptions    the same for people, as a version has them
"""
