"""data.police.uk: the monthly archive (zips, folders, range reads) and the API. See docs/sources/data-police-uk.md."""
