"""How institutions of each kind are usually staffed: teams, who heads them and in what proportion roles occur in them.

The roles are those of the inventories. A large institution has all teams, a small one the first few, a very small one
works as one team.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from competence_graph.demo.institutions import (
    CULTURAL_CENTRE,
    HEAD_OF_LIBRARY_DEPARTMENT,
    HUMAN_RESOURCES,
    LIBRARY,
    PROJECT_MANAGER,
)

MARKETING: Final = "rfrbc8ez"


@dataclass(frozen=True, slots=True)
class Team:
    """A team: its names, the role of its head, its part of the staff, and in what proportion roles occur in it."""

    lt: str
    en: str
    head: str
    share: int
    posts: Mapping[str, int]


_OFFICE: Final = {HUMAN_RESOURCES: 1, MARKETING: 2, PROJECT_MANAGER: 1}
_HOUSE: Final = {"ry1vjnye": 1, "rcjna4ar": 1, **_OFFICE, "rdt2zq22": 2}
_SERVICES: Final = {HUMAN_RESOURCES: 1, "rcjna4ar": 1, "rww2agdw": 1}

OUTLINES: Final[Mapping[str, Sequence[Team]]] = {
    "sector-library": (
        Team("Administracija", "Administration", "rt6z4ebz", 10, {**_OFFICE, "rh2prhyc": 2}),
        Team("Skaitytojų aptarnavimo skyrius", "Reader Services Department", HEAD_OF_LIBRARY_DEPARTMENT, 45,
             {"r52xn9zv": 7, "r9sfq4mb": 4, "r2cw5p3h": 5}),
        Team("Vaikų ir jaunimo skyrius", "Children and Young People's Department", HEAD_OF_LIBRARY_DEPARTMENT, 15,
             {"rkxqg453": 6, "r9sfq4mb": 1, "r2cw5p3h": 1}),
        Team("Dokumentų tvarkymo skyrius", "Document Processing Department", HEAD_OF_LIBRARY_DEPARTMENT, 15,
             {"rb5wp0t0": 6, "rw8kamyw": 1, "r9sfq4mb": 2}),
        Team("Kraštotyros skyrius", "Local Studies Department", HEAD_OF_LIBRARY_DEPARTMENT, 8,
             {"rwjan1dp": 4, "r4kfxsa9": 2}),
        Team("Skaitmeninimo skyrius", "Digitisation Department", HEAD_OF_LIBRARY_DEPARTMENT, 7,
             {"rqf302w2": 4, "r52xn9zv": 1}),
    ),
    "sector-archive": (
        Team("Administracija", "Administration", "r8vtf6tp", 14, {"r2r15qgv": 1, **_SERVICES}),
        Team("Dokumentų saugojimo skyrius", "Storage Department", "r2r15qgv", 24, {"rhbz5xqm": 5, "rez88y1j": 2}),
        Team("Dokumentų priėmimo ir priežiūros skyrius", "Transfer and Supervision Department", "r2r15qgv", 24,
             {"reexbrmn": 3, "rez88y1j": 4, "rvnbtdns": 2}),
        Team("Lankytojų aptarnavimo skyrius", "User Services Department", "r2r15qgv", 18,
             {"rd6969m8": 5, "rez88y1j": 1}),
        Team("Skaitmeninio archyvo skyrius", "Digital Archive Department", "r2r15qgv", 11, {"r8g48m8w": 1}),
        Team("Dokumentų sklaidos skyrius", "Publication Department", "r2r15qgv", 9, {"re48bmtc": 2, "rez88y1j": 1}),
    ),
    "sector-theatre": (
        Team("Administracija", "Administration", "r4exf9ky", 22, _HOUSE),
        Team("Kūrybos skyrius", "Artistic Department", "r4twnh8j", 25,
             {"r7sf5xsx": 3, "rbs7cyn8": 1, "r9zkhryr": 1, "rg16wh3y": 2}),
        Team("Scenos tarnyba", "Stage Department", "r2r15qgv", 53, {"r72jppv7": 6, "rmkkz849": 3}),
    ),
    "sector-concert-venue": (
        Team("Administracija", "Administration", "r4exf9ky", 25, _HOUSE),
        Team("Koncertų skyrius", "Concert Department", "rg16wh3y", 40, {"rg16wh3y": 3, "r4jajxxt": 4, "r62yv433": 1}),
        Team("Techninė tarnyba", "Technical Department", "r2r15qgv", 35, {"rmkkz849": 2, "r72jppv7": 3}),
    ),
    "sector-museum": (
        Team("Administracija", "Administration", "r4sy8der", 12, _OFFICE),
        Team("Rinkinių skyrius", "Collections Department", "rrtx2m41", 40,
             {"rw77yqsy": 8, "r97ynvr4": 5, "rxw5wc29": 4, "rqf302w2": 1}),
        Team("Lankytojų aptarnavimo skyrius", "Visitor Services Department", "rtd8p5ms", 20, {"rpstk95q": 1}),
        Team("Edukacijos skyrius", "Education Department", "rb5nm6mg", 12, {"rb5nm6mg": 1}),
        Team("Parodų skyrius", "Exhibitions Department", "rjqxf1dr", 9, {"rjqxf1dr": 2, "rtd8p5ms": 2}),
        Team("Restauravimo centras", "Conservation Centre", "rxvfzq3t", 7, {"rxvfzq3t": 1}),
    ),
    "sector-cultural-centre": (
        Team("Administracija", "Administration", "r25vbe1j", 20, _OFFICE),
        Team("Renginių skyrius", "Events Department", "r4jajxxt", 40, {"r4jajxxt": 1}),
        Team("Mėgėjų meno skyrius", "Amateur Art Department", "r8e4p9hj", 40, {"r8e4p9hj": 1}),
    ),
}  # fmt: skip

PROMOTIONS: Final[Mapping[str, Mapping[str, str]]] = {
    "sector-library": LIBRARY.promotions,
    "sector-archive": {"reexbrmn": "rez88y1j", "rd6969m8": "rhbz5xqm", "r2r15qgv": "reexbrmn"},
    "sector-theatre": {"r4twnh8j": "r7sf5xsx", "rmkkz849": "r72jppv7"},
    "sector-concert-venue": {"rmkkz849": "r72jppv7", "rg16wh3y": "r4jajxxt"},
    "sector-museum": {"rrtx2m41": "rw77yqsy", "rb5nm6mg": "rpstk95q", "rw77yqsy": "r97ynvr4"},
    "sector-cultural-centre": CULTURAL_CENTRE.promotions,
}
"""The roles that people of a role come from."""
