"""The values of stop and search and how often they come together. Read by stops.py."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from bluelamp.domain.month import Month
from bluelamp.synthetic.values import NEW_ETHNICITIES, NEW_STOP_OUTCOMES, Slots, slots

UNKNOWN_OBJECT = "Unmanned aircraft"
_SELF_DEFINED = (
    # today's label, the label before April 2017, the officer's usual word, weight
    ("White - English/Welsh/Scottish/Northern Irish/British", "White - White British (W1)", "White", 45.0),
    ("White - Any other White background", "White - Any other White ethnic background", "White", 6.0),
    ("White - Irish", "White - White Irish (W2)", "White", 0.7),
    ("White - Gypsy or Irish Traveller", "White - Any other White ethnic background", "White", 0.4),
    ("Black/African/Caribbean/Black British - African", "Black or Black British - African (B2)", "Black", 7.0),
    ("Black/African/Caribbean/Black British - Caribbean", "Black or Black British - Caribbean (B1)", "Black", 5.0),
    (
        "Black/African/Caribbean/Black British - Any other Black/African/Caribbean background",
        "Black or Black British - Any other Black ethnic background",
        "Black",
        6.0,
    ),
    ("Asian/Asian British - Pakistani", "Asian or Asian British - Pakistani (A2)", "Asian", 4.0),
    ("Asian/Asian British - Indian", "Asian or Asian British - Indian (A1)", "Asian", 3.0),
    ("Asian/Asian British - Bangladeshi", "Asian or Asian British - Bangladeshi (A3)", "Asian", 3.0),
    (
        "Asian/Asian British - Any other Asian background",
        "Asian or Asian British - Any other Asian ethnic background",
        "Asian",
        4.0,
    ),
    ("Asian/Asian British - Chinese", "Chinese or other ethnic group - Chinese (O1)", "Other", 0.3),
    (
        "Mixed/Multiple ethnic groups - White and Black Caribbean",
        "Mixed - White and Black Caribbean (M1)",
        "Black",
        3.0,
    ),
    ("Mixed/Multiple ethnic groups - White and Asian", "Mixed - White and Asian (M3)", "Mixed", 0.8),
    ("Other ethnic group - Any other ethnic group", "Chinese or other ethnic group - Any other ethnic group (O9)",
     "Other", 2.0),
    ("Other ethnic group - Not stated", "Not Stated (NS)", "", 12.0),
    ("", "", "", 5.0),
)  # fmt: skip
_OUTCOMES = (
    # today's label, the label before January 2018, weight, chance that it is linked to the object
    ("A no further action disposal", "Nothing found - no further action", 70.0, 0.02),
    ("Arrest", "Suspect arrested", 12.0, 0.7),
    ("Community resolution", "Local resolution", 9.0, 0.9),
    ("Khat or Cannabis warning", "Offender given drugs possession warning", 2.0, 0.95),
    ("Penalty Notice for Disorder", "Offender given penalty notice", 2.0, 0.9),
    ("Summons / charged by post", "Suspect summonsed to court", 3.0, 0.8),
    ("Caution (simple or conditional)", "Offender cautioned", 1.0, 0.8),
    ("", "", 1.0, 0.0),
)
_POWERS = (
    ("Misuse of Drugs Act 1971 (section 23)", "Controlled drugs", 60.0),
    ("Police and Criminal Evidence Act 1984 (section 1)", "Offensive weapons", 14.0),
    ("Police and Criminal Evidence Act 1984 (section 1)", "Stolen goods", 8.0),
    ("Police and Criminal Evidence Act 1984 (section 1)", "Article for use in theft", 6.0),
    ("Police and Criminal Evidence Act 1984 (section 1)", "Articles for use in criminal damage", 1.0),
    ("Criminal Justice and Public Order Act 1994 (section 60)", "Anything to threaten or harm anyone", 3.0),
    ("Criminal Justice and Public Order Act 1994 (section 60)", "Offensive weapons", 2.0),
    ("Police, Crime, Sentencing and Courts Act 2022 (Section 11)", "Offensive weapons", 0.4),
    ("Firearms Act 1968 (section 47)", "Firearms", 1.0),
    ("Psychoactive Substances Act 2016 (s36(2))", "Psychoactive substances", 0.4),
    ("Wildlife and Countryside Act 1981 (section 19)", "Evidence of wildlife offences", 0.2),
    ("", "Evidence of offences under the Act", 1.0),
    ("", "", 2.0),
)
_NEW_POWER = Month.of(2023, 1)


@dataclass(frozen=True)
class Choice:
    """Labels (comma-joined cells where columns hang together) and the slots that pick them."""

    labels: tuple[str, ...]
    table: Slots


def _choice(weighted: dict[str, float]) -> Choice:
    return Choice(tuple(weighted), slots(list(weighted.values())))


def cell(text: str) -> str:
    """The text as a CSV cell: quoted only where a comma or a quotation mark makes it necessary."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text


def _ethnicities(old: bool) -> dict[str, float]:
    pairs: dict[str, float] = {}
    officers = ("White", "Black", "Asian", "Other", "")
    for new_label, old_label, officer, often in _SELF_DEFINED:
        label = cell(old_label if old else new_label)
        # Who does not say is still seen by the officer as something.
        for seen, share in ((officer, 0.9), *((other, 0.02) for other in officers)) if officer else (
            ("White", 0.5), ("Black", 0.2), ("Asian", 0.12), ("Other", 0.04), ("", 0.14)
        ):  # fmt: skip
            pairs[f"{label},{seen}"] = pairs.get(f"{label},{seen}", 0) + often * share
    return pairs


def _outcomes(old: bool) -> dict[str, float]:
    found: dict[str, float] = {}
    for new_label, old_label, often, linked in _OUTCOMES:
        label = old_label if old else new_label
        for flag, share in (("True", 0.6 * linked), ("False", 0.6 * (1 - linked)), ("", 0.4)):
            if share:
                found[f"{label},{flag}"] = often * share
    return found


@lru_cache(maxsize=64)
def choices(month: Month, eras: bool) -> dict[str, Choice]:
    """What to draw for stops of a month, by the columns that it fills, in the labels of its era."""
    powers = {
        f"{cell(law)},{thing}": often
        for law, thing, often in _POWERS
        if not (eras and "2022" in law and month < _NEW_POWER)
    }
    people = {
        f"{gender},{age}": often * share
        for gender, often in (("Male", 88.0), ("Female", 9.0), ("Other", 0.2), ("", 2.8))
        for age, share in (("under 10", 0.001), ("10-17", 0.18), ("18-24", 0.33), ("25-34", 0.22), ("over 34", 0.19),
                           ("", 0.08))
    }  # fmt: skip
    return {
        "type": _choice({"Person search": 75.0, "Person and Vehicle search": 22.0, "Vehicle search": 3.0}),
        "operation": _choice({"False,": 60.0, ",": 35.0, "True,": 4.0, "True,Operation Lantern": 1.0}),
        "person": _choice(people),
        "ethnicity": _choice(_ethnicities(eras and month < NEW_ETHNICITIES)),
        "power": _choice(powers),
        "outcome": _choice(_outcomes(eras and month < NEW_STOP_OUTCOMES)),
        "removal": _choice({"False": 70.0, "": 27.0, "True": 3.0}),
    }
