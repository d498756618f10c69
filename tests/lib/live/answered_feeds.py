"""Answers of the API about feeds, held against their described shapes."""

from __future__ import annotations

from typing import Any

import httpx
from pydantic import BaseModel


def fits(model: type[BaseModel], answer: httpx.Response) -> Any:
    """The answer, which is of the described shape: nothing more, nothing less."""
    assert answer.status_code == 200, answer.text
    model.model_validate(answer.json())
    return answer.json()
