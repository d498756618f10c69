"""Files whose rows are not just their own: every row several times, or the rows of another file after them. Called by
archive for files that coverage names. The labels stay true of the rows that stand there in the end.
"""

from __future__ import annotations

from dataclasses import replace

from bluelamp.synthetic.rows import Content
from bluelamp.synthetic.truth import FEW, MAX_LINES, THREE_TIMES, TWICE, TWO_FORCES, TWO_MONTHS, Label

# Labels that tell how rows repeat each other: where every row is repeated they say nothing.
_OF_REPEATS = frozenset(
    {
        "duplicate_stop_rows", "duplicate_outcome_rows", "identical_blank_id_rows", "reused_ids_in_file",
        "sixty_copies", "many_outcomes",
    }
)  # fmt: skip
TINY = 12  # rows of a tiny file
MERGED = {"merged_forces": TWO_FORCES, "merged_months": TWO_MONTHS}


def followed(first: Content, second: Content) -> Content:
    """The rows of the one and then those of the other, under one header. What crimes became of is no longer told."""
    labels = dict(first.labels)
    for name, label in second.labels.items():
        known = labels.get(name, Label(0))
        lines = known.lines + tuple(line + first.rows for line in label.lines)
        labels[name] = Label(known.rows + label.rows, lines[:MAX_LINES])
    body = first.body + second.body.partition(b"\n")[2]
    return Content(body, first.rows + second.rows, dict(sorted(labels.items())), None, first.properties)


def multiplied(fault: str, content: Content, other: Content | None) -> tuple[Content, str]:
    """The file with the fault of this name, and what was done, in words; as it is where the fault is another one."""
    if fault == "stands_twice":
        return _with(followed(content, content), TWICE), "the file is followed by itself"
    if fault == "swollen_files":
        times = 2 + len(content.body) % 2
        return _with(_each(content, times), (TWICE, THREE_TIMES)[times - 2]), f"every row stands {times} times"
    if fault == "tiny_files":
        return replace(content, properties=content.properties | {"rows": FEW}), "a dozen rows are left"
    if other is not None:
        merged, properties = followed(content, other), content.properties | {"rows": MERGED[fault]}
        return replace(merged, properties=properties), "the rows of another file follow"
    return content, ""


def _with(content: Content, rows: str) -> Content:
    labels = {name: label for name, label in content.labels.items() if name not in _OF_REPEATS}
    return replace(content, labels=labels, properties=content.properties | {"rows": rows})


def _each(content: Content, times: int) -> Content:
    header, _, body = content.body.partition(b"\n")
    lines = b"".join(line * times for line in body.splitlines(keepends=True))
    labels = {name: Label(label.rows * times, _repeated(label.lines, times)) for name, label in content.labels.items()}
    return Content(header + b"\n" + lines, content.rows * times, labels, None, content.properties)


def _repeated(lines: tuple[int, ...], times: int) -> tuple[int, ...]:
    found = [(line - 2) * times + 2 + each for line in lines for each in range(times)]
    return tuple(found[:MAX_LINES])
