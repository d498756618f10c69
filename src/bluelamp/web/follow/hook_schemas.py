"""The shapes of webhooks: what one is made with, and what the API says of it. See `web.schemas`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

HookKind = Literal[
    "opened", "unit_joined", "unit_left", "updated", "closed", "reopened", "aged_out", "located", "entered", "removed"
]
State = Literal["active", "paused", "gone"]
Style = Literal["", "slack", "discord", "ntfy"]
_Value = Annotated[str, StringConstraints(min_length=1, max_length=200)]
_Values = Annotated[list[_Value], Field(max_length=50)]
_Box = Annotated[list[float], Field(min_length=4, max_length=4)]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid")


class HookFilterModel(_Model):
    """Only calls like these. Values of one field are alternatives, fields narrow each other; `bbox` is west, south,
    east, north in degrees. Without any, all calls."""

    division: _Values = []
    beat: _Values = []
    priority: _Values = []
    nature: _Values = []
    bbox: _Box | None = None


_Url = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
_Description = Annotated[str, StringConstraints(max_length=200)]
_Kinds = Annotated[list[HookKind], Field(max_length=20)]


class NewHookModel(_Model):
    """A webhook to be made. `kinds` are the kinds of changes that are told, all where it is empty; beside those of the
    event log `entered` and `removed`, for changes that move a call into the filter and out of it. `style` is the form
    that its receiver takes: empty for whole changes as JSON, or lines of text for `slack`, `discord` or `ntfy`."""

    feed: Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,40}$")]
    url: _Url
    filter: HookFilterModel = HookFilterModel()
    kinds: _Kinds = []
    style: Style = ""
    description: _Description = ""


class HookPatchModel(_Model):
    """What shall be otherwise; what is not named stays."""

    url: _Url | None = None
    filter: HookFilterModel | None = None
    kinds: _Kinds | None = None
    style: Style | None = None
    description: _Description | None = None
    state: Literal["active", "paused"] | None = None


class HookModel(_Model):
    """A webhook. `cursor` is how far its receiver was told, `waiting` the changes that are still to be looked at for
    it (null where the log was made anew: it will be told to load afresh), `tries` how often the delivery under way was
    sent in vain, `next_try_at` when it is sent again, `dead` how many dead letters there are. `words` explains
    `state`."""

    id: str
    feed: str
    url: str
    filter: HookFilterModel
    kinds: list[HookKind]
    style: Style
    description: str
    created_at: str
    state: State
    words: str
    cursor: str | None
    waiting: int | None
    delivered: int
    last_delivered_at: str | None
    tries: int
    next_try_at: str | None
    problem: str
    dead: int


class MadeHookModel(HookModel):
    """The same with its `secret`, which is told this once."""

    secret: str


class HooksModel(_Model):
    """`kinds` and `states` explain the words of changes and of `state`."""

    hooks: list[HookModel]
    kinds: dict[str, str]
    states: dict[str, str]


class LetterModel(_Model):
    """A delivery that was not taken: `payload` is what it says, `id` the `webhook-id` that it is sent with. `again`: it
    is about to be tried once more."""

    id: str
    reason: str
    tries: int
    first_try_at: str
    died_at: str
    again: bool
    payload: dict[str, Any]


class LettersModel(_Model):
    """The oldest dead letters; `total` counts all of them."""

    hook: str
    total: int
    letters: list[LetterModel]


class RetryingModel(_Model):
    """So many dead letters are tried once more; `problem` says in words where they wait first."""

    retrying: int
    problem: str


class DeliveryTestModel(_Model):
    """What came of a test delivery: the receiver's `status`, null where it gave none; `problem` in words, empty where
    it was taken."""

    id: str
    taken: bool
    status: int | None
    problem: str
