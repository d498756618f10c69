"""The tables of places, in the ledger's database: what sources answered, what was decided, what a person has put right,
what was spent, what was scored. See `storage.places.store`.
"""

from __future__ import annotations

import sqlalchemy as sa

from bluelamp.storage.relational.database import METADATA

# What one source answered about one location; asked once, kept for ever, asked again only where it found nothing.
PLACE_ANSWER = sa.Table(
    "place_answer",
    METADATA,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),  # domain.place.Asked.key
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),  # found, nothing, failed
    sa.Column("reason", sa.Text, nullable=False, server_default=""),
    sa.Column("candidates", sa.JSON, nullable=False),
    sa.Column("asked_at", sa.Text, nullable=False),  # a moment
    sa.Column("tries", sa.Integer, nullable=False),  # in a row without an answer
    sa.Column("retry_at", sa.Text, nullable=False, server_default=""),  # empty: never
)

# What was decided for a location as calls name it: with their beat, which is half of the decision.
PLACE = sa.Table(
    "place",
    METADATA,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("areas", sa.Text, primary_key=True),  # domain.place.Asked.areas_key
    sa.Column("asked", sa.JSON, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("decision", sa.JSON, nullable=False),  # with all candidates and reasons
    sa.Column("decided_at", sa.Text, nullable=False),
    sa.Index("place_version", "feed", "version"),
)

# What a person has put right; goes before everything else.
PLACE_FIX = sa.Table(
    "place_fix",
    METADATA,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("uncertainty_m", sa.Float, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("fixed_at", sa.Text, nullable=False),
)

# Requests that a source was sent on a day (UTC).
PLACE_BUDGET = sa.Table(
    "place_budget",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("used", sa.Integer, nullable=False),
)

# Which streets a source has given one and the same coordinate for: a point that stands for many stands for nothing.
PLACE_SPOT = sa.Table(
    "place_spot",
    METADATA,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("spot", sa.Text, primary_key=True),  # domain.place.same_spot
    sa.Column("streets", sa.Text, primary_key=True),
)

# Who is asking about a location at present, so that nobody else does at the same time.
PLACE_CLAIM = sa.Table(
    "place_claim",
    METADATA,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("until", sa.Text, nullable=False),
)

# How far places were from official coordinates, each time that it was measured.
PLACE_SCORE = sa.Table(
    "place_score",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("feed", sa.Text, nullable=False),
    sa.Column("scored_at", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),  # or `shown`: what was decided
    sa.Column("kind", sa.Text, nullable=False),  # block, intersection, street, named, all
    sa.Column("precision", sa.Text, nullable=False, server_default=""),
    sa.Column("official", sa.Integer, nullable=False),  # locations with official coordinates
    sa.Column("points", sa.Integer, nullable=False),  # of these, placed as a point
    sa.Column("areas", sa.Integer, nullable=False),  # left as an area
    sa.Column("near", sa.Integer, nullable=False),  # points within 150 m
    sa.Column("far", sa.Integer, nullable=False),  # points beyond 500 m
    sa.Column("within", sa.Integer, nullable=False),  # points whose claimed uncertainty holds the truth
    sa.Column("median_m", sa.Float),
    sa.Column("p95_m", sa.Float),
    sa.Column("reach", sa.Float),  # what nine in ten claims would have to be multiplied by to hold the truth
    sa.Index("place_score_at", "feed", "scored_at"),
)

# Calls that have appeared in their city's own reports, and where those say that they were.
PLACE_OFFICIAL = sa.Table(
    "place_official",
    METADATA,
    sa.Column("feed", sa.Text, primary_key=True),
    sa.Column("number_key", sa.Text, primary_key=True),  # domain.matching.number_key
    sa.Column("lat", sa.Float, nullable=False),
    sa.Column("lon", sa.Float, nullable=False),
    sa.Column("first_seen", sa.Text, nullable=False),  # a moment
)

# A secret of this installation, which points are moved by where a feed's configuration says so.
PLACE_SECRET = sa.Table(
    "place_secret",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
