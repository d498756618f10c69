"""The ONS reference files: lookups between areas, boundaries, residents. Described in `docs/sources/ons.md`.

    REFERENCE_FILES    what there is, where it can be had, under which licence
    download           publisher → spool folder
    read_file          one file, however named and packed → typed tables with their provenance
    read_folder        the same for a folder of files that a person gathered

Called by the step that takes reference files in; it hands the tables to `storage.reference.store`.
"""

from __future__ import annotations

from bluelamp.sources.reference.catalogue import REFERENCE_FILES, ReferenceFile
from bluelamp.sources.reference.download import BytesClient, download
from bluelamp.sources.reference.lookups import LookupIssue
from bluelamp.sources.reference.read import FolderRead, ReferenceTable, read_file, read_folder, schema_of

__all__ = [
    "REFERENCE_FILES",
    "BytesClient",
    "FolderRead",
    "LookupIssue",
    "ReferenceFile",
    "ReferenceTable",
    "download",
    "read_file",
    "read_folder",
    "schema_of",
]
