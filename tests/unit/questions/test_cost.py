"""What would cost too much is refused before it is asked."""

from __future__ import annotations

import pytest

from bluelamp.errors import TooCostly
from bluelamp.questions.cost import refuse_costly
from bluelamp.questions.families.archive.version import ArchiveVersion
from bluelamp.questions.parsing import make_question


def test_many_groups_of_many_records_are_refused(indexed: ArchiveVersion) -> None:
    with pytest.raises(TooCostly, match=r"may have [0-9]+ groups; 100 is the most"):
        refuse_costly(indexed, make_question("crimes", by=["map_point", "month", "crime_type"]), 100)


def test_few_records_cannot_have_many_groups(indexed: ArchiveVersion) -> None:
    question = make_question("crimes", by=["map_point", "month", "crime_type"], where=["crime_type=Burglary"])
    refuse_costly(indexed, question, 100)


@pytest.mark.parametrize("dataset", ["crimes", "outcomes", "stops"])
def test_every_field_alone_is_within_the_bound(indexed: ArchiveVersion, dataset: str) -> None:
    spec = make_question(dataset).dataset
    for dimension in spec.dimensions:
        refuse_costly(indexed, make_question(dataset, by=[dimension.name]), 5_000_000)
