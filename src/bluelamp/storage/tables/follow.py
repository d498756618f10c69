"""The tables of those who follow with a key: API keys, webhooks, and what could not be delivered. See
`storage.follow.keys`, `storage.follow.hooks`.

They lie in the database of the live half, so that a webhook's place in an event log is kept with the log.
"""

from __future__ import annotations

import sqlalchemy as sa

from bluelamp.storage.relational.database import METADATA

# Who may have webhooks. Of a key only its hash is kept; `shown` are its first characters, by which it is recognised.
API_KEY = sa.Table(
    "api_key",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    sa.Column("shown", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("last_used_at", sa.Text, nullable=False, server_default=""),
    sa.Index("api_key_shown", "shown"),
    sqlite_autoincrement=True,  # no key gets the id of one that was removed
)

# A webhook and how far it has come in its feed's event log. `told` is the last change that a delivery reached: between
# `told` and `seq` nothing went through the filter.
HOOK = sa.Table(
    "hook",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("key", sa.Integer, nullable=False),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("description", sa.Text, nullable=False, server_default=""),
    sa.Column("secret", sa.Text, nullable=False),  # kept as it is: every delivery is signed with it
    sa.Column("filter", sa.JSON, nullable=False),
    sa.Column("kinds", sa.JSON, nullable=False),  # empty: all
    sa.Column("style", sa.Text, nullable=False, server_default=""),  # see follow.styles
    sa.Column("created_at", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),  # active, paused, gone
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),  # grows with each change by its owner
    sa.Column("log", sa.Integer, nullable=False),  # event_log.id; 0 before the feed has one
    sa.Column("epoch", sa.Text, nullable=False),
    sa.Column("seq", sa.BigInteger, nullable=False),
    sa.Column("told", sa.BigInteger, nullable=False),
    sa.Column("resync", sa.Text, nullable=False, server_default=""),  # why the next delivery asks to load afresh
    sa.Column("upto", sa.BigInteger, nullable=False, server_default="0"),  # of the delivery under way; 0 for none
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),  # of that delivery, in vain
    sa.Column("first_try_at", sa.Text, nullable=False, server_default=""),
    sa.Column("next_try_at", sa.Text, nullable=False, server_default=""),  # empty: at once
    sa.Column("problem", sa.Text, nullable=False, server_default=""),  # of the last try, empty where it went well
    sa.Column("delivered", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("last_delivered_at", sa.Text, nullable=False, server_default=""),
    sa.Index("hook_key", "key"),
    sa.Index("hook_state", "state"),
)

# Deliveries that were not taken, however often they were tried: dead letters.
HOOK_LETTER = sa.Table(
    "hook_letter",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("hook", sa.Text, nullable=False),
    sa.Column("message", sa.Text, nullable=False),  # the webhook-id that it was sent with
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("first_try_at", sa.Text, nullable=False),
    sa.Column("died_at", sa.Text, nullable=False),
    sa.Column("again", sa.Boolean, nullable=False, server_default=sa.false()),  # somebody wants it tried once more
    sa.Index("hook_letter_hook", "hook", "id"),
)

# Which process delivers; see `leases`.
HOOK_LEASE = sa.Table(
    "hook_lease",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False, server_default=""),
    sa.Column("fence", sa.Integer, nullable=False, server_default="0"),
)
