"""The event logs, pushed: every change to every browser, in order, once, or a word that says `resync`.

    follower   one thread of each process reads the logs and folds the changes          follower.py
    board      what this process knows of a feed: its open calls and its ring           board.py, ring.py
    hub        the open streams: woken, kept alive, rotated, ended                      hub.py, stream.py
    endpoint   the raw ASGI application that a browser's EventSource asks               endpoint.py

Nothing waits in a queue of its own: each stream is a place in the one ring of its feed.
"""
