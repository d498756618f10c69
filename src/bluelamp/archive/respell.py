"""Words that programs write in place of what was published: NA for a blank, 1.0 for True. Used by `extract`.

They are looked for among the distinct words of whole columns, so that usual files pay next to nothing. What is read
otherwise than it stands is told as a finding, with the words as they stood.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bluelamp.domain.dataset import Dataset
from bluelamp.domain.vocabulary import BOOLEAN

# What R, pandas, SQL and spreadsheets write for “nothing”, without regard to capitals.
_FOR_BLANK = frozenset(
    {"na", "n/a", "nan", "-nan", "null", "(null)", "none", "#n/a", "#na", "<na>", "nat", "\\n", "#null!"}
)
_LONGEST = max(map(len, _FOR_BLANK))  # no flag in another form is longer
_FLAGS = {
    "true": "True", "t": "True", "1": "True", "1.0": "True", "yes": "True", "y": "True",
    "false": "False", "f": "False", "0": "False", "0.0": "False", "no": "False", "n": "False",
}  # fmt: skip
WORD_FOR_BLANK, FLAG_IN_OTHER_FORM = "word_for_blank", "flag_in_other_form"


@dataclass(frozen=True, slots=True)
class Respelt:
    """Cells of one column that are read otherwise than they stand: `rows` says which, `words` what stood there."""

    check: str
    field: str
    rows: npt.NDArray[np.bool_]
    words: pa.DictionaryArray


def stands_for_blank(cell: str) -> bool:
    """Whether a cell is a word such as NA, NaN, NULL or None."""
    return len(cell) <= _LONGEST and cell.casefold() in _FOR_BLANK


def respell(table: pa.Table, dataset: Dataset) -> tuple[pa.Table, tuple[Respelt, ...]]:
    """The table as it is to be read, and what that changed. Columns that are no dictionaries are not looked at."""
    found: list[Respelt] = []
    for at, name in enumerate(table.schema.names):
        # A month of another form does not fit: its row was refused.
        if name == "Month" or not table.num_rows or not pa.types.is_dictionary(table.schema.field(at).type):
            continue
        values = _one_array(table.column(name))
        short = values.dictionary.filter(pc.less_equal(pc.binary_length(values.dictionary), _LONGEST)).to_pylist()
        read_as = _read_as if dataset.vocabularies.get(name) is not BOOLEAN else _flag_read_as
        if all(read_as(word) == word for word in short):
            continue
        meant = [(read_as(word), word) for word in values.dictionary.to_pylist()]
        codes = values.indices.to_numpy()
        for check, blank in ((WORD_FOR_BLANK, True), (FLAG_IN_OTHER_FORM, False)):
            chosen = [code for code, (new, word) in enumerate(meant) if new != word and (new == "") == blank]
            if chosen:
                found.append(Respelt(check, name, np.isin(codes, chosen), values))
        table = table.set_column(at, name, _with_words(codes, [new for new, _ in meant]))
    return table, tuple(found)


def _one_array(chunked: pa.ChunkedArray) -> pa.DictionaryArray:
    return chunked.chunk(0) if chunked.num_chunks == 1 else chunked.combine_chunks()


def _read_as(word: str) -> str:
    return "" if stands_for_blank(word) else word


def _flag_read_as(word: str) -> str:
    return word if word in BOOLEAN else _FLAGS.get(word.casefold(), _read_as(word))


def _with_words(codes: npt.NDArray[np.int32], words: list[str]) -> pa.DictionaryArray:
    """The same rows with these words for their codes, each word once in the dictionary."""
    distinct = list(dict.fromkeys(words))
    places = {word: place for place, word in enumerate(distinct)}
    recoded = np.array([places[word] for word in words], np.int32)[codes]
    return pa.DictionaryArray.from_arrays(pa.array(recoded, pa.int32()), pa.array(distinct, pa.string()))
