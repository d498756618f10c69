"""Runs the web application: one process, or several that share one listening socket and one warehouse.

Called by the command line.
"""

from __future__ import annotations

import errno
import gc
import logging
import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import structlog
import uvicorn
from uvicorn.supervisors import Multiprocess

from bluelamp.errors import UsageError
from bluelamp.settings import PREFIX, Settings, read_settings
from bluelamp.web.app import make_app
from bluelamp.web.asgi.connections import Bounded

# Open requests get so long to end when the server is told to.
_GRACE_SECONDS = 3


def serve(settings: Settings, started: Callable[[str], None]) -> None:
    """Serve until told to stop. `started` is called with the address once it listens.

    Raises UsageError where the port is taken, SettingsError for a dashboard that is not right: both before anything is
    served.
    """
    if sys.stderr.isatty():
        # For a person who has started it by hand the address stays the last line.
        settings = settings.model_copy(update={"log_requests": False})
    app = make_app(settings)
    Bounded.limit(settings)
    bound = _listen(settings)
    host, port = bound.getsockname()[:2]
    started(f"http://{f'[{host}]' if ':' in host else host}:{port}/")
    set_up_logs()
    if settings.workers == 1:
        _tune_gc()
        uvicorn.Server(_config(app, settings)).run(sockets=[bound])
        return
    # Workers are new processes: they read the same settings again, with the flags of this one in the environment.
    os.environ.update(_environment(settings))
    config = _config("bluelamp.web.serve:worker_app", settings)
    Multiprocess(config, sockets=[bound]).run()


def worker_app() -> object:
    """The application of a worker process."""
    set_up_logs()
    settings = read_settings()[0]
    app = make_app(settings)
    Bounded.limit(settings)
    _tune_gc()
    return app


def _tune_gc() -> None:
    """Look for garbage less often, and not among what is there for good: with thousands of open streams a whole search
    takes tenths of a second, in which no change is sent."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _environment(settings: Settings) -> dict[str, str]:
    values = settings.model_dump(mode="json")
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in values.items() if value != ""}


def _config(app: object, settings: Settings) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]  # an application or the name of what makes one
        factory=isinstance(app, str),
        workers=settings.workers,
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=15,
        http=Bounded,
        backlog=4096,
        h11_max_incomplete_event_size=65_536,
    )


def _listen(settings: Settings) -> socket.socket:
    """The listening socket. Raises UsageError in words where it cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
        bound.listen(4096)
    except OSError as error:
        bound.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"Port {settings.port} of {settings.host} is taken by another program.",
                "Choose another one with --port, or --port 0 for any that is free.",
            ) from None
        raise UsageError(
            f"Cannot listen on port {settings.port} of {settings.host}: {error.strerror or error}.",
            "Choose another --host or --port.",
        ) from None
    bound.set_inheritable(True)
    return bound


def set_up_logs() -> None:
    """One line of JSON a happening, on standard error; the web server's own words too."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s", force=True)
    with suppress(ValueError):
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
