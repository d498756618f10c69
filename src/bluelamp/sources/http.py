"""The one HTTP client of the product: every byte that Bluelamp fetches comes through here.

Time-outs, retries with back-off, redirects, body limits and the guard against private addresses (guard.py) are
decided once. Synchronous, as everything that fetches in batch is. Used by sources.police_uk and whatever fetches
reference data; built once by the bootstrap.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Self, TypeVar

import httpcore
import httpx
import stamina

from bluelamp._version import __version__
from bluelamp.errors import NotFound, SourceChanged, SourceError, SourceRefused, SourceUnavailable
from bluelamp.sources.url_guard import Deadline, GuardedBackend, Resolve, resolve

USER_AGENT = f"bluelamp/{__version__} (+open source; reads public police data)"
MAX_BODY = 256 << 20  # the largest answer of the API is about 10 MB; reference files reach 100 MB
MAX_REDIRECTS = 5
MAX_RETRY_AFTER = 120.0  # seconds; a server that asks for more is answered later by a person, not by a waiting program
RETRY_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
_DRAINED = 16  # parts of 1,024 bytes
# Bytes of it that are told to whoever set up the receiver.
_SAID = 200
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
# What may follow a redirect to another host; anything else, whatever it is called, may be a credential.
_HARMLESS = frozenset({
    "accept", "accept-encoding", "accept-language", "if-match", "if-modified-since", "if-none-match", "if-range",
    "if-unmodified-since", "range", "user-agent",
})  # fmt: skip

# One table: upstream status -> what it means for whoever asked. The ranges below it are the fall-back.
STATUS_ERRORS: Mapping[int, tuple[type[SourceError], str, str]] = {
    400: (SourceRefused, "does not accept the request (400)", "Check the address and its parameters."),
    401: (SourceRefused, "asks for a password (401)", "Bluelamp reads public data only: check the address."),
    403: (SourceRefused, "forbids the request (403)", "Check the address; some servers block whole networks."),
    404: (NotFound, "has nothing at this address (404)", "Check the address."),
    405: (SourceRefused, "does not offer this kind of request (405)", "Check the address."),
    410: (NotFound, "has removed what was at this address (410)", "Look for its successor."),
    412: (SourceChanged, "has replaced the file meanwhile (412)", "Run the same again."),
    416: (SourceChanged, "has a shorter file than it stated (416)", "Run the same again."),
    429: (SourceRefused, "asks for fewer requests (429)", "Wait some minutes and run the same again."),
    451: (SourceRefused, "may not serve this for legal reasons (451)", "Nothing can be done from here."),
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Backoff:
    """How failing requests are repeated: exponential waits with jitter, in seconds, within `patience` in all."""

    attempts: int = 6
    first: float = 0.5
    longest: float = 30.0
    jitter: float = 1.0
    patience: float = 300.0


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A whole answer. `headers` has lower-case names, `url` is the address after redirects."""

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class HttpStream:
    """An answer whose body is still to come, as sent (no content coding is undone)."""

    status: int
    url: str
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


class TryAgain(Exception):
    """Raised inside an action of `HttpClient.retrying`: `error` is what it comes to when repeating does not help."""

    def __init__(self, error: SourceError, wait: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.wait = wait  # seconds that the server asked for


class HttpClient:
    """Fetches from public servers, for as many threads at once as it has `connections`. Close it when done, or use it
    in a `with` statement.

    `allow_private=True` admits loopback and private addresses: for tests and the demo only. Proxies of the environment
    are not used, because a proxy would resolve names itself and void the guard; own certificates (SSL_CERT_FILE) are.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        timeout: float = 60.0,
        backoff: Backoff | None = None,
        connections: int = 10,
        resolve: Resolve = resolve,
    ) -> None:
        self.backoff = backoff or Backoff()
        self._deadline = Deadline()
        backend = GuardedBackend(self._deadline, allow_private=allow_private, resolve=resolve)
        # Connections are kept for re-use but no cookie is: the policy accepts none.
        self._client = httpx.Client(
            transport=_GuardedTransport(backend, connections),
            timeout=httpx.Timeout(timeout, connect=min(timeout, 20.0)),
            headers={"User-Agent": USER_AGENT},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            follow_redirects=False,
            trust_env=False,
        )

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        content: bytes | None = None,
        limit: int = MAX_BODY,
        timeout: float | None = None,
        total: float = 600.0,
        retry: frozenset[int] = RETRY_STATUSES,
        accept: frozenset[int] = frozenset(),
        pace: Callable[[], None] | None = None,
    ) -> HttpResponse:
        """The whole answer of a request that changes nothing at the server (so that it may be repeated), 2xx or 304.

        `form` is sent as a form body, `content` as it is (say its Content-Type among the headers); `limit` bounds the
        answer's body after decoding (bytes), `timeout` one operation and `total` one attempt (seconds); statuses in
        `retry` are repeated, those in `accept` are answers too, `pace` is called before each attempt (a rate limit).
        Raises the error of STATUS_ERRORS, SourceRefused for a body over the limit and for refused addresses,
        SourceUnavailable when repeating was in vain.
        """

        def attempt() -> HttpResponse:
            if pace:
                pace()
            with self._open(method, url, headers or {}, form or content, timeout, total) as response:
                if not (response.is_success or response.status_code == 304 or response.status_code in accept):
                    raise _failure(response, retry)
                body = b"" if method == "HEAD" else _bounded(response, limit)
                return HttpResponse(response.status_code, str(response.url), _plain(response.headers), body)

        return self.retrying(attempt)

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, limit: int = MAX_BODY) -> HttpResponse:
        """`request("GET", …)` with the usual settings."""
        return self.request("GET", url, headers=headers, limit=limit)

    def head(self, url: str) -> HttpResponse:
        """`request("HEAD", …)`: status and headers only."""
        return self.request("HEAD", url)

    def post(self, url: str, body: bytes, *, headers: Mapping[str, str], total: float) -> tuple[int, str]:
        """Hand something in, once, within `total` seconds: (the status of whatever answers, its first words in one
        line). No redirect is followed. Raises SourceRefused for a refused address, SourceUnavailable where no answer
        came."""
        target = _checked_url(url)
        self._deadline.at = time.monotonic() + total
        try:
            with _worded_errors(target):
                request = self._client.build_request(
                    "POST",
                    target,
                    headers={**headers, "Accept-Encoding": "identity"},
                    content=body,
                    timeout=httpx.Timeout(total),
                )
                response = self._client.send(request, stream=True)
            return response.status_code, _first_words(response)
        except TryAgain as again:
            raise again.error from None
        finally:
            self._deadline.at = None

    @contextmanager
    def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, total: float | None = 600.0
    ) -> Iterator[HttpStream]:
        """One attempt of a GET with its body as it comes, for use inside `retrying`: what may pass is TryAgain."""
        # Identity: what is cut must be resumable by byte position.
        with self._open("GET", url, {"Accept-Encoding": "identity", **(headers or {})}, None, None, total) as response:
            if not response.is_success:
                raise _failure(response, RETRY_STATUSES)
            chunks = response.iter_raw()  # as it arrives: a chunk size would hold back what came before a cut
            yield HttpStream(response.status_code, str(response.url), _plain(response.headers), chunks)

    def retrying(self, action: Callable[[], T]) -> T:
        """The action's result, repeated with back-off as long as it raises TryAgain; then the error it carries."""
        policy = self.backoff
        try:
            for attempt in stamina.retry_context(
                on=_worth_repeating,
                attempts=policy.attempts,
                timeout=policy.patience,
                wait_initial=policy.first,
                wait_max=policy.longest,
                wait_jitter=policy.jitter,
            ):
                with attempt:
                    return action()
        except TryAgain as again:
            raise again.error from None
        raise AssertionError("stamina ends with a result or an error")  # pragma: no cover

    @contextmanager
    def _open(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: Mapping[str, str] | bytes | None,
        timeout: float | None,
        total: float | None,
    ) -> Iterator[httpx.Response]:
        """The first answer that is no redirect; `body` is a form or plain bytes. Every hop is checked; credentials stay
        with the host they were for."""
        target = _checked_url(url)
        sent = dict(headers)
        self._deadline.at = None if total is None else time.monotonic() + total
        try:
            with _worded_errors(target):
                for _ in range(MAX_REDIRECTS + 1):
                    request = self._client.build_request(
                        method,
                        target,
                        headers=sent,
                        data=None if isinstance(body, bytes) else body,
                        content=body if isinstance(body, bytes) else None,
                        timeout=self._client.timeout if timeout is None else httpx.Timeout(timeout, connect=20.0),
                    )
                    response = self._client.send(request, stream=True)
                    try:
                        if response.status_code not in _REDIRECTS or "location" not in response.headers:
                            yield response
                            return
                        following = _next_url(target, response.headers["location"])
                        # As browsers do: only 307 and 308 keep the method and the body.
                        if response.status_code in (301, 302, 303) and method == "POST":
                            method, body = "GET", None
                    finally:
                        response.close()
                    if _origin(following) != _origin(target):
                        sent = {name: value for name, value in sent.items() if name.lower() in _HARMLESS}
                    target = following
            raise SourceRefused(f"{shown_url(url)} redirects more than {MAX_REDIRECTS} times.", "Check the address.")
        finally:
            self._deadline.at = None

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _GuardedTransport(httpx.HTTPTransport):
    """httpx's own transport on a pool whose connections are guarded. A test proves that the guard is in place."""

    def __init__(self, backend: GuardedBackend, connections: int) -> None:
        context = httpx.create_ssl_context(trust_env=True)  # SSL_CERT_FILE is honoured
        super().__init__(verify=context)
        self._pool.close()
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=connections,
            max_keepalive_connections=5,
            keepalive_expiry=30.0,
            network_backend=backend,
        )


def check_address(url: str, *, allow_private: bool, resolve: Resolve = resolve) -> None:
    """Whether requests may ever go to an address, before any does. Raises SourceRefused in words. A name that is not
    known just now is let through: every connection is checked again."""
    target = _checked_url(url)
    backend = GuardedBackend(Deadline(), allow_private=allow_private, resolve=resolve)
    with suppress(httpcore.ConnectError):
        backend.checked(target.host, target.port or (443 if target.scheme == "https" else 80))


def shown_url(url: str | httpx.URL) -> str:
    """An address fit for a message: without query, fragment and user, one line, at most 200 characters."""
    bare = re.sub(r"(?<=://)[^/@]*@", "", re.split(r"[?#]", str(url))[0])
    clean = "".join(character if character.isprintable() else "�" for character in bare)
    return clean if len(clean) <= 200 else f"{clean[:197]}…"


def error_for(status: int, url: str) -> SourceError:
    """The error that an upstream status comes to."""
    kind, words, hint = STATUS_ERRORS.get(status) or _by_range(status)
    return kind(f"{shown_url(url)}: the server {words}.", hint)


def _by_range(status: int) -> tuple[type[SourceError], str, str]:
    if status >= 500:
        return SourceUnavailable, f"fails for now ({status})", "Run the same again later."
    if status >= 400:
        return SourceRefused, f"refuses the request ({status})", "Check the address."
    return SourceError, f"gives an answer that was not asked for ({status})", "Check the address."


def _failure(response: httpx.Response, retry: frozenset[int]) -> Exception:
    error = error_for(response.status_code, str(response.url))
    if response.status_code not in retry:
        return error
    wait = _retry_after(response.headers.get("retry-after", ""))
    if wait is not None and wait > MAX_RETRY_AFTER:
        return type(error)(error.message, f"It asks to wait {wait / 60:.0f} minutes: run the same again after that.")
    return TryAgain(error, wait)


def _retry_after(text: str) -> float | None:
    """Seconds from now that a Retry-After header states, None when it states nothing usable."""
    if re.fullmatch(r"\s*\d{1,9}\s*", text):
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _worth_repeating(error: Exception) -> bool | float:
    if not isinstance(error, TryAgain):
        return False
    return True if error.wait is None else error.wait


def _checked_url(url: str) -> httpx.URL:
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, TypeError, ValueError):
        raise SourceRefused(f"“{shown_url(url)}” is not an address.", "Write it as https://…") from None
    if parsed.scheme not in ("http", "https"):
        raise SourceRefused("Only http and https addresses are fetched.", "Check the URL.")
    # What is left after IDNA is plain; an odd character would only fail later, and less clearly.
    if not re.fullmatch(rb"[A-Za-z0-9._:-]+", parsed.raw_host) or not 0 < (parsed.port or 80) < 65_536:
        raise SourceRefused(f"“{shown_url(url)}” names no server.", "Write it as https://server/path.")
    if parsed.userinfo:
        raise SourceRefused(
            "Addresses with a user name or password in them are not fetched.", "Remove the part up to @."
        )
    return parsed


def _next_url(current: httpx.URL, location: str) -> httpx.URL:
    try:
        following = _checked_url(str(current.join(location)))
    except (httpx.InvalidURL, ValueError):
        raise SourceRefused(f"{shown_url(current)} redirects to something that is no address.", "Check it.") from None
    if current.scheme == "https" and following.scheme == "http":
        raise SourceRefused(
            f"{shown_url(current)} redirects from https to http.", "Nothing is fetched unprotected then."
        )
    return following


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _plain(headers: httpx.Headers) -> Mapping[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _bounded(response: httpx.Response, limit: int) -> bytes:
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > limit:
            raise SourceRefused(
                f"{shown_url(response.url)} sends more than {limit:,} bytes.", "Nothing of that size is expected there."
            )
    return bytes(body)


def _first_words(response: httpx.Response) -> str:
    """What an answer begins with, as one line of text. It is read to its end, so that its connection can be used again;
    not one that is long or slow."""
    said = b""
    with suppress(httpx.HTTPError, httpx.StreamError):
        for _, part in zip(range(_DRAINED), response.iter_raw(1024), strict=False):
            said = said or part[:_SAID]
    response.close()
    text = "".join(letter if letter.isprintable() else " " for letter in said.decode("utf-8", "replace"))
    return " ".join(text.split())


@contextmanager
def _worded_errors(url: httpx.URL) -> Iterator[None]:
    """Puts httpx's exceptions into words: TryAgain for what may pass, an error of the tree for what will not."""
    try:
        yield
    except httpx.TimeoutException:
        raise TryAgain(SourceUnavailable(f"{shown_url(url)} took too long to answer.", _LATER)) from None
    except httpx.ConnectError as error:
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            raise SourceRefused(
                f"The certificate of {url.host} is not valid, so its answer cannot be trusted.",
                "Check this machine's clock and certificates.",
            ) from None
        raise TryAgain(SourceUnavailable(f"{url.host} cannot be reached.", _OFFLINE)) from None
    except (httpx.NetworkError, httpx.RemoteProtocolError):
        raise TryAgain(SourceUnavailable(f"The connection to {url.host} was cut.", _LATER)) from None
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError):
        raise SourceUnavailable(f"{shown_url(url)} gave an answer that cannot be read.", _LATER) from None


_LATER = "Run the same again later."
_OFFLINE = "Check the internet connection, or run the same again later."
