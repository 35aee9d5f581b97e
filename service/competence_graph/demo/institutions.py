"""The invented institutions: names, units, who works where. Institutions and units keep their ids in every world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

HEAD_OF_LIBRARY_DEPARTMENT: Final = "r610c2jc"
HUMAN_RESOURCES: Final = "r4jh94h3"
PROJECT_MANAGER: Final = "rz1fyw2g"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its id and names, the role of its head, and how many people hold each other role."""

    id: str
    lt: str
    en: str
    head: str
    posts: Mapping[str, int]

    @property
    def size(self) -> int:
        """People, the head included."""
        return 1 + sum(self.posts.values())


@dataclass(frozen=True, slots=True)
class Institution:
    """An institution; ``word`` names its demonstration accounts, empty where it has none.

    ``promotions`` are the roles that people of a role come from or go to; ``second`` a role that some hold besides.
    """

    id: str
    word: str
    lt: str
    en: str
    sector: str
    counts_self: bool
    units: tuple[Unit, ...]
    promotions: Mapping[str, str] = field(default_factory=dict)
    second: str = PROJECT_MANAGER
    described: bool = True
    """Whether the world says its name, sector and place; else a file does."""

    @property
    def size(self) -> int:
        """People of all units."""
        return sum(unit.size for unit in self.units)


LIBRARY: Final = Institution(
    id="om4cdmvr",
    word="library",
    lt="Dubysos krašto viešoji biblioteka",
    en="Dubysa Region Public Library",
    sector="sector-library",
    counts_self=False,
    units=(
        Unit("o7sa35sb", "Administracija", "Administration", "rt6z4ebz",
             {HUMAN_RESOURCES: 1, "rfrbc8ez": 2, PROJECT_MANAGER: 1, "rh2prhyc": 2}),
        Unit("o61ew1be", "Skaitytojų aptarnavimo skyrius", "Reader Services Department", HEAD_OF_LIBRARY_DEPARTMENT,
             {"r52xn9zv": 7, "r9sfq4mb": 4, "r2cw5p3h": 5}),
        Unit("o137fvm3", "Dokumentų tvarkymo skyrius", "Document Processing Department", HEAD_OF_LIBRARY_DEPARTMENT,
             {"rb5wp0t0": 6, "rw8kamyw": 1, "r9sfq4mb": 2, "r2cw5p3h": 1}),
        Unit("oah6v0x7", "Vaikų ir jaunimo skyrius", "Children and Young People's Department",
             HEAD_OF_LIBRARY_DEPARTMENT, {"rkxqg453": 6, "r9sfq4mb": 1, "r2cw5p3h": 1}),
        Unit("ormbtjhf", "Kraštotyros skyrius", "Local Studies Department", HEAD_OF_LIBRARY_DEPARTMENT,
             {"rwjan1dp": 4, "r4kfxsa9": 2, "r9sfq4mb": 1}),
        Unit("o8tbhhgh", "Skaitmeninimo skyrius", "Digitisation Department", "rytj2nf1",
             {"rqf302w2": 4, "r52xn9zv": 2, "rytj2nf1": 1}),
    ),
    promotions={
        "r9sfq4mb": "r52xn9zv",
        "r52xn9zv": "r2cw5p3h",
        HEAD_OF_LIBRARY_DEPARTMENT: "r9sfq4mb",
        "rw8kamyw": "rb5wp0t0",
        "rytj2nf1": "r9sfq4mb",
    },
)  # fmt: skip
MUSEUM: Final = Institution(
    id="o3wqjnr0",
    word="museum",
    lt="Šušvės krašto muziejus",
    en="Šušvė Regional Museum",
    sector="sector-museum",
    counts_self=True,
    units=(
        Unit("oc25dzkg", "Administracija", "Administration", PROJECT_MANAGER, {HUMAN_RESOURCES: 1, "rfrbc8ez": 2}),
        Unit("o49apr1r", "Rinkinių skyrius", "Collections Department", "rrtx2m41", {"rw77yqsy": 10, "rrtx2m41": 1}),
        Unit("oxtxj3bc", "Edukacijos skyrius", "Education Department", "rb5nm6mg", {"rb5nm6mg": 7}),
        Unit("o8e82pgt", "Lankytojų aptarnavimo skyrius", "Visitor Services Department", "rpstk95q", {"rpstk95q": 10}),
    ),
    promotions={"rrtx2m41": "rw77yqsy", "rb5nm6mg": "rpstk95q"},
)
CULTURAL_CENTRE: Final = Institution(
    id="ocp6f211",
    word="cultural-centre",
    lt="Virvytės kultūros centras",
    en="Virvytė Culture Centre",
    sector="sector-cultural-centre",
    counts_self=False,
    units=(
        Unit("o4wyd96j", "Administracija", "Administration", "r25vbe1j",
             {HUMAN_RESOURCES: 1, "rfrbc8ez": 2, PROJECT_MANAGER: 1}),
        Unit("obwbaxpe", "Renginių skyrius", "Events Department", "r4jajxxt", {"r4jajxxt": 8}),
        Unit("o4khjnpp", "Mėgėjų meno skyrius", "Amateur Art Department", "r8e4p9hj", {"r8e4p9hj": 10}),
    ),
    promotions={"r25vbe1j": "r4jajxxt"},
)  # fmt: skip
INSTITUTIONS: Final = (LIBRARY, MUSEUM, CULTURAL_CENTRE)
MUNICIPALITY: Final = "municipality-99"
"""The invented municipality of the inventories."""
