"""The 45 publishers of data.police.uk: 43 territorial forces, the British Transport Police and the PSNI."""

from __future__ import annotations

from dataclasses import dataclass

from bluelamp.domain.dataset import CRIMES, DATASETS, OUTCOMES, STOPS, Dataset


@dataclass(frozen=True, slots=True)
class Force:
    """A publisher. `slug` stands in file names, `name` in the `Reported by` column."""

    slug: str
    name: str
    datasets: tuple[Dataset, ...] = DATASETS

    def publishes(self, dataset: Dataset) -> bool:
        """Whether the dataset was ever in this publisher's remit."""
        return dataset in self.datasets


def _forces() -> tuple[Force, ...]:
    # The same 43 forces that the Police Act areas of England and Wales have; sorted by slug.
    territorial = {
        "avon-and-somerset": "Avon and Somerset Constabulary",
        "bedfordshire": "Bedfordshire Police",
        "cambridgeshire": "Cambridgeshire Constabulary",
        "cheshire": "Cheshire Constabulary",
        "city-of-london": "City of London Police",
        "cleveland": "Cleveland Police",
        "cumbria": "Cumbria Constabulary",
        "derbyshire": "Derbyshire Constabulary",
        "devon-and-cornwall": "Devon & Cornwall Police",
        "dorset": "Dorset Police",
        "durham": "Durham Constabulary",
        "dyfed-powys": "Dyfed-Powys Police",
        "essex": "Essex Police",
        "gloucestershire": "Gloucestershire Constabulary",
        "greater-manchester": "Greater Manchester Police",
        "gwent": "Gwent Police",
        "hampshire": "Hampshire Constabulary",
        "hertfordshire": "Hertfordshire Constabulary",
        "humberside": "Humberside Police",
        "kent": "Kent Police",
        "lancashire": "Lancashire Constabulary",
        "leicestershire": "Leicestershire Police",
        "lincolnshire": "Lincolnshire Police",
        "merseyside": "Merseyside Police",
        "metropolitan": "Metropolitan Police Service",
        "norfolk": "Norfolk Constabulary",
        "north-wales": "North Wales Police",
        "north-yorkshire": "North Yorkshire Police",
        "northamptonshire": "Northamptonshire Police",
        "northumbria": "Northumbria Police",
        "nottinghamshire": "Nottinghamshire Police",
        "south-wales": "South Wales Police",
        "south-yorkshire": "South Yorkshire Police",
        "staffordshire": "Staffordshire Police",
        "suffolk": "Suffolk Constabulary",
        "surrey": "Surrey Police",
        "sussex": "Sussex Police",
        "thames-valley": "Thames Valley Police",
        "warwickshire": "Warwickshire Police",
        "west-mercia": "West Mercia Police",
        "west-midlands": "West Midlands Police",
        "west-yorkshire": "West Yorkshire Police",
        "wiltshire": "Wiltshire Police",
    }
    everyone = [Force(slug, name) for slug, name in territorial.items()]
    everyone.append(Force("btp", "British Transport Police"))
    # The PSNI publishes no outcomes: data.police.uk documents this as never having been in its remit.
    everyone.append(Force("northern-ireland", "Police Service of Northern Ireland", (CRIMES, STOPS)))
    return tuple(sorted(everyone, key=lambda force: force.slug))


FORCES: tuple[Force, ...] = _forces()
BY_SLUG: dict[str, Force] = {force.slug: force for force in FORCES}


def named_force(name: str) -> str:
    """The slug of the publisher that a `Reported by` names, "" where it names none. Ampersands and capitals aside."""
    return _SLUGS.get(_plain(name), "")


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("&", " and ").split())


_SLUGS = {_plain(force.name): force.slug for force in FORCES}

__all__ = ["BY_SLUG", "CRIMES", "FORCES", "OUTCOMES", "STOPS", "Force", "named_force"]
