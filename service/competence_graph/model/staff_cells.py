"""What the cells of staff tables mean: names, days in a chosen order, numbers and words for levels.

Nothing is guessed that somebody has to answer for: the order of day and month and the meaning of numbers are chosen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final, Literal

Field = Literal[
    "", "given_name", "family_name", "name", "email", "number", "unit", "role", "start", "competence", "level",
    "course", "assessed", "expires",
]  # fmt: skip
FIELDS: Final[tuple[Field, ...]] = (
    "given_name", "family_name", "name", "email", "number", "unit", "role", "start", "competence", "level", "course",
    "assessed", "expires",
)  # fmt: skip
DayOrder = Literal["ymd", "dmy", "mdy"]
Profile = Literal["levels", "share", "percent", "years", "words"]
PROFILES: Final[tuple[Profile, ...]] = ("levels", "share", "percent", "years", "words")

_WORDS: Final[Mapping[str, int]] = {
    "pradinis": 1, "pagrindinis": 2, "savarankiškas": 3, "pažengęs": 4, "ekspertinis": 5,
    "entry": 1, "basic": 2, "independent": 3, "advanced": 4, "expert": 5,
    "pradedantysis": 1, "pradedančioji": 1, "vidutinis": 3, "aukštas": 4, "ekspertas": 5, "ekspertė": 5,
    "beginner": 1, "novice": 1, "foundation": 2, "intermediate": 3, "competent": 3, "proficient": 4, "master": 5,
}  # fmt: skip
_NOTHING: Final = frozenset({"", "-", "–", "—", "n/a", "nėra", "neįvertinta", "not assessed", "none"})
_YEARS: Final = ((10.0, 5), (5.0, 4), (2.0, 3), (1.0, 2), (0.0, 1))
_FOREVER: Final = 9000
"""A year from which a date means that there is no end."""


def folded(text: str) -> str:
    """Return a name as it is compared: composed, in small letters, with one blank and one kind of dash."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("–", "-").replace("—", "-")
    return " ".join(re.sub(r"\s*-\s*", "-", plain).strip(" .:*").split())


def day(text: str, order: DayOrder) -> date | None:
    """Return the day that a cell means; None where it means none.

    Raises:
        ValueError: If it is no day in this order.
    """
    if folded(text) in _NOTHING:
        return None
    numbers = re.fullmatch(r"(\d{1,4})[-./ ](\d{1,2})[-./ ](\d{1,4})\.?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?", text.strip())
    if numbers is None:
        raise ValueError(text)
    one, two, three = (int(each) for each in numbers.groups())
    if len(numbers[1]) == 4:
        year, month, number = one, two, three
    elif order == "dmy":
        number, month, year = one, two, three
    elif order == "mdy":
        month, number, year = one, two, three
    else:
        raise ValueError(text)
    if year >= _FOREVER:
        return None
    short = len(numbers[1]) != 4 and len(numbers[3]) <= 2
    return date(year + 2000 if short else year, month, number)


def needs_order(cells: Sequence[str]) -> bool:
    """Whether somebody has to say in which order day and month stand."""
    return any(re.fullmatch(r"\d{1,2}[-./ ]\d{1,2}[-./ ]\d{2,4}\.?", each.strip()) for each in cells)


def level(text: str, profile: Profile, top: int) -> int | None:
    """Return the level that a cell means on a scale with so many levels; None where it says nothing.

    ``levels``: the number of a level, 0 for not assessed. ``share``: 0 to 1, ``percent``: 0 to 100, rounded up to a
    level. ``years``: of experience: up to 1, 2, 5, 10 and more. ``words``: names of levels, or a level and its name.

    Raises:
        ValueError: If it means no level.
    """
    given = folded(text).rstrip("%").strip()
    if given in _NOTHING:
        return None
    if profile == "words":
        if leading := re.match(r"([0-9])(?![0-9.,])", given):
            return level(leading[1], "levels", top)
        if (found := _WORDS.get(given)) is None:
            raise ValueError(text)
        number = float(round(found * top / 5)) if top != 5 else float(found)
        return max(1, int(number))
    number = float(given.replace(",", "."))
    if not 0 <= number < _FOREVER:
        raise ValueError(text)
    if profile == "levels":
        if number != int(number) or number > top:
            raise ValueError(text)
        return int(number) or None
    if profile == "years":
        return min(top, next(reached for years, reached in _YEARS if number >= years)) if number else None
    share = number / 100 if profile == "percent" else number
    if share > 1:
        raise ValueError(text)
    # Ten digits hide the noise of decimal fractions: 0.6 of five levels is 3.
    return -int(-round(share * top, 10) // 1) or None


def parted(name: str) -> tuple[str, str]:
    """Part a full name: what stands after a comma is the given name, else the last word is the family name."""
    if "," in name:
        family, given = name.split(",", 1)
        return given.strip(), family.strip()
    given, _, family = name.strip().rpartition(" ")
    return given.strip(), family.strip()
