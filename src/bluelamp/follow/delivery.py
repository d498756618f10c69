"""One delivery of one webhook: what is next, sent once, and what became of it. Used by `deliverer`, which says when.

Its place in the log moves only after its receiver has answered 2xx, and the delivery is settled before it is sent: a
process that is killed in between sends the same once more, and nothing is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple, Protocol

from bluelamp.domain.moment import moment_of
from bluelamp.errors import SourceError
from bluelamp.follow.log_reader import HookReading, LogReplaced
from bluelamp.follow.message import Message, filter_of_hook, headers_of, message_of
from bluelamp.follow.styles import styled
from bluelamp.storage.follow.hooks import Hook
from bluelamp.storage.follow.progress import HookProgress
from bluelamp.storage.live.event_log import Head
from bluelamp.storage.live.leases import Lease

# Until a delivery is tried again that was not taken; after the last one it becomes a dead letter.
RETRIES = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3_600, 21_600))
# How long a receiver may take, seconds.
PATIENCE = 10.0
_ANEW = "the event log was made anew: what was not delivered is told in another numbering"
_BACK = "the event log was put back to an earlier state"
_LET_GO = "changes that were not delivered are not kept one by one any more"

Outcome = Literal["nothing", "moved", "taken", "failed", "died", "gone", "changed"]


class Post(Protocol):
    """Sends once and gives (status, what the answer says); raises SourceError where none came. See `sources.http`."""

    def __call__(self, url: str, body: bytes, *, headers: Mapping[str, str], total: float) -> tuple[int, str]: ...


class Reply(NamedTuple):
    """What became of a message that was sent; `problem` is empty where it was taken, `status` 0 where none came."""

    status: int
    problem: str


def _now() -> datetime:
    return datetime.now(UTC)


def send(post: Post, hook: Hook, message: Message, at: datetime, site: str = "") -> Reply:
    """Send a message once, in the webhook's style; `site` is what addresses of this site begin with."""
    form = styled(hook.style, message.body, site)
    headers = {**headers_of(Message(message.id, form.body), hook.secret, at), **form.headers}
    try:
        status, said = post(hook.url, form.body, headers=headers, total=PATIENCE)
    except SourceError as error:
        return Reply(0, error.message)
    if 200 <= status < 300:
        return Reply(status, "")
    if 300 <= status < 400:
        return Reply(status, f"The receiver redirects ({status}), and no redirect is followed.")
    return Reply(status, f"The receiver answered {status}: “{said}”." if said else f"The receiver answered {status}.")


@dataclass(slots=True)
class Courier:
    """Delivers for one process. `now` is the clock; `site` what addresses of this site begin with."""

    progress: HookProgress
    reading: HookReading
    post: Post
    site: str = ""
    now: Callable[[], datetime] = _now

    def is_due(self, hook: Hook, head: Head | None) -> bool:
        """Whether there is anything to do for a webhook, and its time has come."""
        if head is None or hook.next_try_at > moment_of(self.now()):
            return False
        return _state(hook) != (head.log, head.epoch, head.seq) or bool(hook.resync)

    def deliver(self, lease: Lease, hook: Hook, head: Head) -> Outcome:
        """The next delivery of a webhook, once. Raises Busy where the lease is lost, StorageError."""
        lost = _lost(hook, head)
        if lost is not None:
            return self._settled(self.progress.adopt(lease, hook, *lost), "moved")
        try:
            told = self.reading.batch(
                head, hook.seq, hook.upto or head.seq, filter_of_hook(hook.filter), frozenset(hook.kinds)
            )
        except LogReplaced:
            return "changed"
        if not told.changes and not hook.resync:
            if told.upto == hook.seq:
                return "nothing"
            return self._settled(self.progress.skip(lease, hook, told.upto), "moved")
        if hook.upto != told.upto and not self.progress.begin(lease, hook, told.upto):
            return "changed"
        message = message_of(hook, told.changes, told.upto, self.site)
        return self._became(lease, hook, told.upto, message, send(self.post, hook, message, self.now(), self.site))

    def _became(self, lease: Lease, hook: Hook, upto: int, message: Message, reply: Reply) -> Outcome:
        now, tries = self.now(), hook.tries
        at = moment_of(now)
        if not reply.problem:
            return self._settled(self.progress.delivered(lease, hook, upto, at), "taken")
        if reply.status == 410:
            return self._settled(self.progress.gone(lease, hook, reply.problem), "gone")
        if tries < len(RETRIES):
            then = moment_of(now + RETRIES[tries])
            return self._settled(self.progress.failed(lease, hook, reply.problem, at, then), "failed")
        body = message.body.decode()
        return self._settled(self.progress.died(lease, hook, upto, message.id, body, reply.problem, at), "died")

    def again(self, lease: Lease, hook: Hook, id_: int) -> Outcome:
        """A dead letter, once more: the same message as it was."""
        letter = self.progress.letter(id_)
        if letter is None:
            return "changed"
        message = Message(letter.message, letter.body.encode())
        reply = send(self.post, hook, message, self.now(), self.site)
        if reply.problem:
            return self._settled(self.progress.letter_failed(lease, hook, letter, reply.problem), "failed")
        return self._settled(self.progress.letter_taken(lease, hook, letter, moment_of(self.now())), "taken")

    def _settled(self, written: bool, outcome: Outcome) -> Outcome:
        return outcome if written else "changed"


def _state(hook: Hook) -> tuple[int, str, int]:
    return hook.log, hook.epoch, hook.seq


def _lost(hook: Hook, head: Head) -> tuple[Head, str] | None:
    """Where a webhook goes on whose place is not in the log, and why; None for one whose place is."""
    if not hook.log:
        return head._replace(seq=head.tail), ""  # made before the feed had a log: all of it is to be told
    if (hook.log, hook.epoch) != (head.log, head.epoch):
        return head, _ANEW
    if hook.seq > head.seq:
        return head, _BACK
    if hook.seq < head.tail:
        return head, _LET_GO
    return None
