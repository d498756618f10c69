"""Every dataset that may be asked: those of the archive, and calls. For whoever takes a dataset's name from a person.

What is about the archive alone (its files, its matrix of force-months, its indexes) goes by `datasets.DATASETS`.
"""

from __future__ import annotations

from bluelamp.questions.calls.dataset import CALLS
from bluelamp.questions.datasets import DATASETS, DatasetSpec

ASKABLE: dict[str, DatasetSpec] = {**DATASETS, CALLS.name: CALLS}
