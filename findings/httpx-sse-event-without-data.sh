#!/usr/bin/env bash
# Expected: a client of server-sent events gives no event for a block that has an id and no data. The standard (WHATWG
#   HTML, "dispatch the event") says that a block with empty data sets the last event ID and dispatches nothing; browsers
#   and sseclient-py do so. Servers send such blocks to keep a connection alive and to move the cursor on.
# What happens: httpx-sse yields an event with the id and empty data for it, and for a block of `retry` alone; whoever
#   calls `.json()` on each event meets a JSONDecodeError at the first of them.
# Version: httpx-sse 0.4.3, httpx 0.28.1, sseclient-py 1.9.0; seen on 2026-11-30.
# Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation, and the run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check httpx==0.28.1 httpx-sse==0.4.3 sseclient-py==1.9.0
cat > look.py <<'PY'
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version

import httpx
import httpx_sse
import sseclient

STREAM = b"retry: 3000\n\nid: 41\n\nid: 42\ndata: {}\n\n"


class Server(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(STREAM)))
        self.end_headers()
        self.wfile.write(STREAM)

    def log_message(self, *_: object) -> None: ...


server = HTTPServer(("127.0.0.1", 0), Server)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = f"http://127.0.0.1:{server.server_port}/"
with httpx.Client() as client, httpx_sse.connect_sse(client, "GET", address) as source:
    seen = [(event.event, event.id, event.data) for event in source.iter_sse()]
with httpx.stream("GET", address) as answer:
    peer = [(event.event, event.id, event.data) for event in sseclient.SSEClient(answer.iter_bytes()).events()]
server.shutdown()
print("httpx-sse", version("httpx-sse"), seen)
print("sseclient-py", version("sseclient-py"), peer)
assert [data for _, _, data in seen] == ["", "", "{}"], "httpx-sse has changed"
assert [data for _, _, data in peer] == ["{}"], "sseclient-py has changed"
PY
venv/bin/python look.py
