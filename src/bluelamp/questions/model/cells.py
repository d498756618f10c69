"""How the texts of a column stand in a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CellKind = Literal["text", "month", "day", "moment", "local", "flag", "degrees"]


@dataclass(frozen=True, slots=True)
class CellFormat:
    """The cells of one column. A `moment` is shown on the clocks of `zone`, which the `heading` names; `exact` is the
    heading of a further column with the text itself. What does not fit its kind stays text."""

    kind: CellKind
    heading: str = ""
    zone: str = ""
    exact: str = ""
