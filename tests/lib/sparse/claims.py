"""What no surface may say of a named police force unless a whole release, which lacks its file, says so."""

from __future__ import annotations

import re

from tests.lib.sparse.held import Held

# "Kent Police published nothing for …", "forces that published nothing that month"; the sentence that defines the
# state is no claim.
_CLAIM = re.compile(r"[^.\"\n]{0,60}published nothing[^.\"\n]{0,60}")
_DEFINITION = "a whole release that covers the month has no such file: the force published nothing"


def claims(held: Held, surface: str, text: str) -> None:
    """Faults where it is said that anybody published nothing, and nothing of the archive supports it."""
    if held.oracle.somebody_published_nothing:
        return
    found = _CLAIM.findall(text.replace(_DEFINITION, ""))
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        held.fault("a claim about a publisher", surface, f"says “{found[0].strip()}”{more}; no file says so")
