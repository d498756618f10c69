"""What differs between two runs of the same code, and what stands in its place. Each rule says why."""

from __future__ import annotations

import re
from collections.abc import Mapping

_RULES: tuple[tuple[str, str], ...] = (
    # A server gets any free port.
    (r"127\.0\.0\.1:\d{2,5}", "127.0.0.1:PORT"),
    (r"127\.0\.0\.1%3A\d{2,5}", "127.0.0.1%3APORT"),
    # How long something took; what took long has a line of its own, which a faster run has not.
    (r"^ *[a-z -]+: (done|[\d,]+( [a-z]+)?(, [^\n]+)?) in \d[\d.]* (ms|s|min)\b[^\n]*\n", ""),
    (r"(?<=\bin )\d[\d.]* (ms|s|min)\b", "DURATION"),
    # When to come back is spread, so that not everybody comes back at once.
    (r"^retry: \d+$", "retry: MILLISECONDS"),
    # The machine's disk, and databases whose pages are laid out by time.
    (r"(free space\W+)\d[\d.]* [kMGT]?B", r"\1SPACE"),
    (r"(\"files\": \d+, \"bytes\": )\d+", r"\1BYTES"),
    # Webhooks, their secrets and API keys are random.
    (r"\bhook_[0-9a-f]{16}\b", "hook_RANDOM"),
    (r"\bwhsec_[A-Za-z0-9+/=_-]{20,}", "whsec_RANDOM"),
    (r"\bbl_[A-Za-z0-9_-]{20,}", "bl_RANDOM"),
    # The pages' files are named by their content, which another build of the same pages may change.
    (r"assets/[A-Za-z0-9_.]+-[A-Za-z0-9_-]{8}\.(js|css)", r"assets/NAME.\1"),
)
_COMPILED = [(re.compile(pattern, re.MULTILINE), text) for pattern, text in _RULES]


def masked(text: str, folders: Mapping[str, str]) -> str:
    """The text as it is recorded; `folders` are paths of this run with the names that stand for them."""
    for path, name in sorted(folders.items(), key=lambda pair: -len(pair[0])):
        text = text.replace(path, name)
    for pattern, instead in _COMPILED:
        text = pattern.sub(instead, text)
    return text
