"""The words of the synthetic city: invented names of streets, and the forms in which a dispatch system writes natures.

Read by `ground` and `incidents`. No street here is meant to be a real one; the oddities of spelling are those that real
feeds have.
"""

from __future__ import annotations

from typing import NamedTuple

NAME = "Calder Bend"
DIVISIONS = ("Old Mill", "Northgate", "Eastfield", "Southbank", "Westhill", "Harbor", "Prairie View")

STEMS = (
    "Alder", "Bram", "Calla", "Dove", "Ember", "Fallow", "Garnet", "Hollis", "Ivory", "Juniper", "Kestrel", "Larch",
    "Mallard", "Nettle", "Orchard", "Pecan", "Quarry", "Rowan", "Sorrel", "Tamar", "Umber", "Vesper", "Willow",
    "Yarrow", "Bluebonnet", "Cotton", "Drover", "Flint", "Granary", "Heron",
)  # fmt: skip
ENDINGS = ("moor", "crest", "field", "gate", "haven", "wick", "brook", "ridge", "dale", "stone")
KINDS = ("St", "Ave", "Dr", "Ln", "Rd", "Blvd", "Ct", "Pl", "Trl", "Way")
# Initials and surnames, as freeways are named after people; each is written in several ways.
FREEWAYS = ("K W M", "S E D Fanning", "Corliss J Pruitt", "N Meridian")
NUMBERED = ("Ih 94", "457")
# Places that no map has, as dispatchers write what a caller told them.
LANDMARKS = (
    "Fairgrounds Lot C", "Old Quarry Access Gate", "Reservoir Boat Ramp North", "Rail Yard Tower 2",
    "Bike Path Under Trestle", "Pump Station 14", "Levee Mile 3", "Radio Mast Field", "Grain Elevator East Side",
    "Drainage Culvert 7",
)  # fmt: skip


class Nature(NamedTuple):
    """A kind of call: its words, its priority, how often it comes (a weight), the usual minutes on the scene and the
    usual number of units."""

    words: str
    priority: int
    weight: float
    minutes: float
    units: float


# The forms are those of the publisher: mostly `code - text`, and some that are not.
NATURES = (
    Nature("40 - Other", 3, 8, 26, 1.2),
    Nature("40/01 - Other", 3, 8, 28, 1.3),
    Nature("38 - Meet Complainant", 4, 7, 30, 1.1),
    Nature("07 - Minor Accident", 3, 6, 32, 1.1),
    Nature("7X - Major Accident", 2, 9, 38, 1.5),
    Nature("7XF - Major Accident Freeway", 1, 4, 42, 1.8),
    Nature("7CE - City Equipment Accident", 3, 1, 45, 1.3),
    Nature("6X - Major Dist (Violence)", 2, 12, 30, 1.9),
    Nature("6XA - Major Dist  Ambulance", 2, 4, 34, 2.0),
    Nature("6XE - Disturbance Emergency", 1, 2, 32, 2.6),
    Nature("6XEA - Disturbance Emerg Amb", 1, 2, 40, 2.6),
    Nature("6M - Loud Music Disturbance", 4, 4, 14, 1.1),
    Nature("6G - Random Gun Fire", 3, 3, 14, 1.3),
    Nature("09V - UUMV", 3, 2, 26, 1.0),
    Nature("09/01 - Theft", 4, 2, 24, 1.0),
    Nature("11R - Burg of Res", 3, 2, 34, 1.2),
    Nature("11B - Burg of Bus", 3, 2, 32, 1.2),
    Nature("11V/01 - Burg Motor Veh", 4, 2, 22, 1.0),
    Nature("12R - Residential Alarm", 3, 3, 10, 1.2),
    Nature("12B - Business Alarm", 3, 3, 10, 1.2),
    Nature("13 - Prowler", 2, 1, 16, 1.6),
    Nature("16A - Injured Person w/Amb", 2, 3, 26, 1.3),
    Nature("19 - Shooting", 1, 1, 120, 3.6),
    Nature("20 - Robbery", 2, 1, 60, 2.2),
    Nature("22 - Animal Disturbance", 4, 1, 20, 1.0),
    Nature("26/01- Missing Person-Critical", 1, 1, 70, 1.8),
    Nature("31 - Criminal Mischief", 4, 2, 24, 1.1),
    Nature("32 - Suspicious Person", 3, 5, 15, 1.3),
    Nature("37 - Street Blockage", 4, 3, 16, 1.0),
    Nature("37F - Freeway Blockage", 2, 2, 22, 1.2),
    Nature("41/09 - Theft - In Progress", 2, 2, 22, 1.7),
    Nature("41/11R - Burg Res in Progress", 1, 1, 26, 2.4),
    Nature("41/20 - Robbery - In Progress", 1, 1, 48, 3.0),
    Nature("46 - CIT", 2, 4, 48, 1.9),
    Nature("46A - CIT w/Ambulance", 1, 3, 56, 2.0),
    Nature("**PD Requested by Fire", 2, 4, 26, 1.4),
    Nature("DAEF-Dist Armed Encounter Foot", 1, 1, 48, 3.4),
    Nature("DASV-Dist Active Shooter Veh", 1, 0.5, 58, 3.8),
    Nature("OADS - Open Air Drug Sales", 4, 1, 14, 1.3),
    Nature("PH - Panhandler", 4, 2, 9, 1.0),
)
# What a nature becomes when it is known better.
CORRECTED = {
    "7X - Major Accident": "7XF - Major Accident Freeway",
    "6X - Major Dist (Violence)": "6XA - Major Dist  Ambulance",
    "46 - CIT": "46A - CIT w/Ambulance",
    "40 - Other": "40/01 - Other",
    "32 - Suspicious Person": "13 - Prowler",
    "07 - Minor Accident": "7X - Major Accident",
}
