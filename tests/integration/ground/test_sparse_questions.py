"""Not known is never zero: every question of every sparse archive, in every format, held against what is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx
import pytest

from tests.lib.sparse import questions
from tests.lib.sparse.asked import DATASETS, Asked
from tests.lib.sparse.held import Held
from tests.lib.sparse.homes import SparseHome
from tests.lib.sparse.said import Said, of_csv, of_geojson, of_json, of_parquet, of_xlsx
from tests.lib.sparse.truth import Oracle

FILES: dict[str, Callable[[str, Asked, bytes], Said]] = {
    "csv": lambda surface, asked, body: of_csv(surface, asked, body.decode()),
    "parquet": of_parquet,
    "xlsx": of_xlsx,
    "geojson": of_geojson,
}


def get(client: httpx.Client, asked: Asked, form: str = "json") -> tuple[str, httpx.Response]:
    """(the request, its answer)."""
    params: dict[str, object] = {"measure": asked.measure, "where": list(asked.where), "format": form}
    params |= {"by": ",".join(asked.by)} if asked.by else {}
    params |= {"order": asked.order} if asked.order else {}
    params |= {name: value for name, value in (("from", asked.first), ("to", asked.last)) if value}
    answer = client.get(f"/api/v1/questions/{asked.dataset}", params=params)  # type: ignore[arg-type]
    return f"GET /api/v1/questions/{asked.words()}" + ("" if form == "json" else f"&format={form}"), answer


def ask(held: Held, client: httpx.Client, asked: Asked) -> Said | None:
    surface, answer = get(client, asked)
    if answer.status_code != 200:
        held.fault("an answer that fails", surface, f"gave {answer.status_code}: {answer.text[:200]}")
        return None
    return of_json(surface, asked, answer.json())


def all_of(oracle: Oracle, dataset: str) -> Iterator[Asked]:
    yield from questions.counts(oracle, dataset)
    yield from questions.measured(oracle, dataset)
    yield from questions.ordered(oracle, dataset)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_question_is_answered_by_what_is_true(sparse: SparseHome, dataset: str) -> None:
    held = Held(sparse.oracle)
    for asked in all_of(sparse.oracle, dataset):
        said = ask(held, sparse.client, asked)
        if said is not None:
            held.answer(said)
    held.fail()


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_file_says_what_the_answer_says(sparse: SparseHome, dataset: str) -> None:
    held = Held(sparse.oracle)
    few = [one for one in all_of(sparse.oracle, dataset) if questions.drawn(f"file {one.words()}", 25)]
    for asked in [*questions.told(sparse.oracle, dataset), *few]:
        said = ask(held, sparse.client, asked)
        for form, read in FILES.items() if said is not None else ():
            if form == "geojson" and asked.by != ("map_point",):
                continue
            surface, answer = get(sparse.client, asked, form)
            if answer.status_code != 200:
                held.fault("a file that fails", surface, f"gave {answer.status_code}: {answer.text[:200]}")
            elif not answer.content:
                held.fault("a file that fails", surface, "has no byte")
            else:
                held.same(said, read(surface, asked, answer.content))  # type: ignore[arg-type]
    held.fail()
