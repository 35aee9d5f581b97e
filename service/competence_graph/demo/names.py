"""Names of invented people: common Lithuanian given and family names, put together by the generator.

They go to the registry and nowhere else. A family name has three forms: a man's, a married and an unmarried woman's.
"""

from __future__ import annotations

import random
from typing import Final

WOMEN: Final = (
    "Asta", "Audronė", "Aušra", "Birutė", "Daiva", "Danguolė", "Edita", "Eglė", "Giedrė", "Gintarė", "Ieva", "Inga",
    "Jolanta", "Jurgita", "Jūratė", "Karolina", "Kristina", "Laima", "Ligita", "Lina", "Loreta", "Milda", "Monika",
    "Neringa", "Nijolė", "Odeta", "Ramunė", "Rasa", "Renata", "Rūta", "Sigita", "Simona", "Skaistė", "Toma", "Ugnė",
    "Vaida", "Viktorija", "Vilija", "Violeta", "Živilė",
)  # fmt: skip
MEN: Final = (
    "Algis", "Andrius", "Darius", "Gintaras", "Jonas", "Justinas", "Kęstutis", "Linas", "Mantas", "Marius",
    "Mindaugas", "Paulius", "Rimantas", "Saulius", "Tadas", "Tomas", "Valdas", "Vidmantas", "Vytenis", "Žygimantas",
)  # fmt: skip
FAMILIES: Final = (
    ("Bagdonas", "Bagdonienė", "Bagdonaitė"),
    ("Balčiūnas", "Balčiūnienė", "Balčiūnaitė"),
    ("Bružas", "Bružienė", "Bružaitė"),
    ("Butkus", "Butkienė", "Butkutė"),
    ("Čepas", "Čepienė", "Čepaitė"),
    ("Dambrauskas", "Dambrauskienė", "Dambrauskaitė"),
    ("Daubaras", "Daubarienė", "Daubaraitė"),
    ("Eidukas", "Eidukienė", "Eidukaitė"),
    ("Gailius", "Gailienė", "Gailiūtė"),
    ("Giedrys", "Giedrienė", "Giedrytė"),
    ("Girdenis", "Girdenienė", "Girdenytė"),
    ("Grigas", "Grigienė", "Grigaitė"),
    ("Jankus", "Jankienė", "Jankutė"),
    ("Jonaitis", "Jonaitienė", "Jonaitytė"),
    ("Kairys", "Kairienė", "Kairytė"),
    ("Kalvaitis", "Kalvaitienė", "Kalvaitytė"),
    ("Karosas", "Karosienė", "Karosaitė"),
    ("Kazlauskas", "Kazlauskienė", "Kazlauskaitė"),
    ("Liutkus", "Liutkienė", "Liutkutė"),
    ("Lukošius", "Lukošienė", "Lukošiūtė"),
    ("Mantvydas", "Mantvydienė", "Mantvydaitė"),
    ("Matulis", "Matulienė", "Matulytė"),
    ("Mockus", "Mockienė", "Mockutė"),
    ("Naujokas", "Naujokienė", "Naujokaitė"),
    ("Norkus", "Norkienė", "Norkutė"),
    ("Pakalnis", "Pakalnienė", "Pakalnytė"),
    ("Paulauskas", "Paulauskienė", "Paulauskaitė"),
    ("Petkus", "Petkienė", "Petkutė"),
    ("Račkus", "Račkienė", "Račkutė"),
    ("Ramonas", "Ramonienė", "Ramonaitė"),
    ("Rimkus", "Rimkienė", "Rimkutė"),
    ("Sabaliauskas", "Sabaliauskienė", "Sabaliauskaitė"),
    ("Sakalas", "Sakalienė", "Sakalaitė"),
    ("Simonaitis", "Simonaitienė", "Simonaitytė"),
    ("Stonkus", "Stonkienė", "Stonkutė"),
    ("Šerkšnas", "Šerkšnienė", "Šerkšnaitė"),
    ("Šimkus", "Šimkienė", "Šimkutė"),
    ("Tamulis", "Tamulienė", "Tamulytė"),
    ("Urbas", "Urbienė", "Urbaitė"),
    ("Vaitkus", "Vaitkienė", "Vaitkutė"),
    ("Valaitis", "Valaitienė", "Valaitytė"),
    ("Vilkas", "Vilkienė", "Vilkaitė"),
    ("Žemaitis", "Žemaitienė", "Žemaitytė"),
    ("Žilinskas", "Žilinskienė", "Žilinskaitė"),
    ("Žukauskas", "Žukauskienė", "Žukauskaitė"),
)  # fmt: skip
_WOMEN_OF_TEN: Final = 8
"""Most staff of libraries, museums and cultural centres are women."""
_MARRIED_OF_TEN: Final = 6


def invent(rng: random.Random, taken: set[tuple[str, str]]) -> tuple[str, str]:
    """Return a given and a family name that nobody has yet, and take it."""
    while True:
        man, married, unmarried = rng.choice(FAMILIES)
        if rng.randrange(10) < _WOMEN_OF_TEN:
            name = (rng.choice(WOMEN), married if rng.randrange(10) < _MARRIED_OF_TEN else unmarried)
        else:
            name = (rng.choice(MEN), man)
        if name not in taken:
            taken.add(name)
            return name
