"""What the rows of a table mean in an institution: people, units, roles, competences found by what they are called."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from competence_graph.answers.people import labels, staff
from competence_graph.answers.staffing import EARLIEST, PLANNED, may_staff
from competence_graph.errors import NotFoundError
from competence_graph.graph.live_search import live_search
from competence_graph.graph.own_roles import own_roles
from competence_graph.graph.questions import ask
from competence_graph.graph.store import Store
from competence_graph.model.actor import Actor
from competence_graph.model.import_plan import CourseWish, Fault, FaultKind, LevelWish, PersonWish, Plan, PostWish
from competence_graph.model.iri import Iri, id_iri
from competence_graph.model.staff_cells import DayOrder, Profile, day, folded, level, parted
from competence_graph.registry import Registry

LONGEST_NAME: Final = 200
LONGEST_NUMBER: Final = 60
_NEAR: Final = 0.7


@dataclass(frozen=True, slots=True)
class Choices:
    """What was chosen for a table: what each column holds, how days and levels are written, what was mended.

    ``fixes`` are new cells by row and column, ``skips`` rows to leave out. ``start`` is the first day of a post where a
    row has none, ``assessed`` the day of a level, ``held`` the level of a row that names a competence and no level.
    ``make_units``: units that are not there are made.
    """

    columns: Sequence[str]
    order: DayOrder
    profile: Profile
    start: date
    assessed: date
    make_units: bool
    fixes: Mapping[str, str]
    skips: Collection[int]
    held: str = ""

    @classmethod
    def read(cls, content: Mapping[str, Any], today: date) -> Choices:
        """Return the choices of an import as it is kept."""
        return cls(
            columns=content.get("columns", ()),
            order=content.get("order", "ymd"),
            profile=content.get("profile", "levels"),
            start=date.fromisoformat(content.get("start", today.isoformat())),
            assessed=date.fromisoformat(content.get("assessed", today.isoformat())),
            make_units=bool(content.get("make_units", False)),
            fixes=content.get("fixes", {}),
            skips=frozenset(content.get("skips", ())),
            held=content.get("held", ""),
        )


class Names:
    """Finds things by what they are called, and the nearest where nothing is called so."""

    def __init__(self, named: Iterable[tuple[str, str]]) -> None:
        """Take pairs of a name and a thing; a name of two things finds neither."""
        found: dict[str, set[str]] = defaultdict(set)
        shown: dict[str, str] = {}
        for name, thing in named:
            found[folded(name)].add(thing)
            shown.setdefault(folded(name), name)
        self._found = {name: next(iter(things)) for name, things in found.items() if name and len(things) == 1}
        self._shown = shown

    def find(self, name: str) -> str | None:
        """Return the thing that is called so."""
        return self._found.get(folded(name))

    def near(self, name: str) -> str:
        """Return the name that is nearest; empty where none is near."""
        found = difflib.get_close_matches(folded(name), self._found, 1, _NEAR)
        return self._shown[found[0]] if found else ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the rows may speak of in an institution."""

    organisation: Iri
    units: Names
    unit_count: int
    roles: Names
    competences: Names
    tops: Mapping[str, int]
    people: Mapping[str, tuple[str, str, str | None]]
    """Names and e-mail by pseudonym, of everybody who has not left."""
    numbers: Mapping[str, str]
    """Employee numbers by pseudonym, of those who have one."""
    courses: Names


def surroundings(actor: Actor, store: Store, registry: Registry, organisation: Iri) -> Surroundings:
    """Return what the rows of a table may speak of.

    Raises:
        NotFoundError: If the actor may not add people to this institution.
    """
    actor.require(may_staff(actor, organisation))
    index = live_search(store).index.things.values()
    roles: list[tuple[str, str]] = []
    competences: list[tuple[str, str]] = []
    courses: list[tuple[str, str]] = []
    for each in index:
        if each.deprecated:
            continue
        if each.kind == "course":
            called = [text.value for text in (*each.labels, *each.alternatives)]
            courses += [(name, each.iri) for name in (*called, each.notation, each.iri, each.iri.local) if name]
        elif each.kind == "role":
            roles += [(text.value, each.iri) for text in (*each.labels, *each.alternatives)]
        elif each.kind == "competence":
            names = [text.value for text in each.labels] + [each.notation, each.iri, each.iri.local]
            competences += [(name, each.iri) for name in names if name]
    roles += [(text.value, each.iri) for each in own_roles(store, organisation) for text in each.names]
    try:
        units = staff(actor, store, organisation).units
    except NotFoundError:
        units = ()
    named = labels(actor, store, {organisation, *units})
    places = [(text.value, thing) for thing in (organisation, *units) for text in named.get(thing, ())]
    scales = ask(store, "gaps_scales", competence=sorted({Iri(thing) for _, thing in competences}))
    return Surroundings(
        organisation=organisation,
        units=Names(places),
        unit_count=len(units),
        roles=Names(roles),
        competences=Names(competences),
        tops={str(row["competence"]): int(str(row["top"])) for row in scales},
        people=registry.identities.present(organisation),
        numbers=registry.identities.numbers(organisation),
        courses=Names(courses),
    )


def read(around: Surroundings, rows: Sequence[tuple[int, Sequence[str]]], chosen: Choices, *, today: date) -> Plan:
    """Return what the rows mean, with everything that is wrong; nothing is written."""
    return _Reading(around, chosen, today).read(rows)


class _Reading:
    def __init__(self, around: Surroundings, chosen: Choices, today: date) -> None:
        self.around, self.chosen, self.today = around, chosen, today
        self.faults: list[Fault] = []
        self.wishes: dict[str, PersonWish] = {}
        self.units: dict[str, str] = {}
        self.columns = {field: place for place, field in enumerate(chosen.columns) if field}
        self.by_email: dict[str, list[str]] = defaultdict(list)
        self.by_name: dict[str, list[str]] = defaultdict(list)
        self.by_number = {folded(number): pseudonym for pseudonym, number in around.numbers.items()}
        for pseudonym, (given, family, email) in around.people.items():
            self.by_name[folded(f"{given} {family}")].append(pseudonym)
            if email:
                self.by_email[email.casefold()].append(pseudonym)

    def read(self, rows: Sequence[tuple[int, Sequence[str]]]) -> Plan:
        skipped = 0
        for number, cells in rows:
            if number in self.chosen.skips:
                skipped += 1
                continue
            mended = [self.chosen.fixes.get(f"{number}-{place}", cell) for place, cell in enumerate(cells)]
            self.row(number, mended)
        return Plan(len(rows), self.faults, list(self.wishes.values()), sorted(set(self.units.values())), skipped)

    def cell(self, cells: Sequence[str], field: str) -> str:
        place = self.columns.get(field)
        return "" if place is None or place >= len(cells) else cells[place].strip()

    def fault(self, row: int, field: str, kind: FaultKind, given: str = "", near: str = "", top: int = 0) -> None:
        self.faults.append(Fault(row, self.columns.get(field, 0), kind, given, near, top))

    def row(self, number: int, cells: Sequence[str]) -> None:
        before = len(self.faults)
        # Whoever it is, the other cells are looked at too: a row is mended once.
        wish = self.person(number, cells) or PersonWish("unknown", "", "", None)
        post = self.post(number, cells, wish)
        levels = [*self.wide(number, cells), *self.long(number, cells)]
        course = self.course(number, cells)
        if len(self.faults) > before:
            return
        wish.rows.append(number)
        if post is not None and all((post.place, post.role) != (each.place, each.role) for each in wish.posts):
            wish.posts.append(post)
        wish.levels += levels
        if course is not None and course not in wish.courses:
            wish.courses.append(course)
        self.wishes.setdefault(wish.known or f"{wish.email or ''} {folded(wish.name)}", wish)

    # --- who

    def person(self, number: int, cells: Sequence[str]) -> PersonWish | None:
        given, family = self.cell(cells, "given_name"), self.cell(cells, "family_name")
        field = "family_name" if "family_name" in self.columns else "name"
        if not (given and family) and (whole := self.cell(cells, "name")):
            given, family = parted(whole)
        email = self.cell(cells, "email").casefold() or None
        own = self.cell(cells, "number")
        if len(own) > LONGEST_NUMBER or not own.isprintable():
            self.fault(number, "number", "long-number", own[:40])
            return None
        if own and (holder := self.by_number.get(folded(own))) is not None:
            there = self.around.people[holder]
            return self.wishes.get(holder) or PersonWish(holder, there[0], there[1], there[2])
        found = self.named(number, cells, given, family, email, own, field)
        if found is not None and own:
            # Who is known by name or address and has a number only now.
            if found.known and found.known in self.around.numbers:
                self.fault(number, "number", "other-number", self.around.numbers[found.known])
                return None
            found.number = own
        return found

    def named(
        self, number: int, cells: Sequence[str], given: str, family: str, email: str | None, own: str, field: str
    ) -> PersonWish | None:
        """Return the person of a row that is not known by a number."""
        if email and ("@" not in email or " " in email or len(email) > 320):
            self.fault(number, "email", "bad-email", email)
            return None
        known = self.by_email.get(email, []) if email else []
        if not known and given and family:
            known = self.by_name.get(folded(f"{given} {family}"), [])
            # Somebody of that name with another address is somebody else.
            known = [each for each in known if not email or not self.around.people[each][2]]
        if len(known) > 1:
            self.fault(number, "email" if "email" in self.columns else field, "two-people", f"{given} {family}".strip())
            return None
        if known:
            there = self.around.people[known[0]]
            return self.wishes.get(known[0]) or PersonWish(known[0], there[0], there[1], there[2])
        if not given or not family:
            if own and not (given or family):
                self.fault(number, "number", "unknown-number", own)
            else:
                self.fault(number, field, "no-name")
            return None
        if len(given) > LONGEST_NAME or len(family) > LONGEST_NAME or not (given + family).isprintable():
            self.fault(number, field, "long-name", given[:40])
            return None
        wish = PersonWish("", given, family, email)
        return self.wishes.get(f"{email or ''} {folded(wish.name)}", wish)

    # --- where

    def post(self, number: int, cells: Sequence[str], wish: PersonWish) -> PostWish | None:
        given = self.cell(cells, "role")
        if not given:
            if not wish.known and not wish.posts:
                self.fault(number, "role" if "role" in self.columns else "family_name", "no-role", wish.name)
            return None
        role = self.around.roles.find(given)
        if role is None:
            self.fault(number, "role", "unknown-role", given, self.around.roles.near(given))
        place = self.place(number, self.cell(cells, "unit"))
        start = self.day(number, cells, "start") or self.chosen.start
        if not EARLIEST <= start <= self.today + PLANNED:
            self.fault(number, "start", "day-range", start.isoformat())
        return None if role is None or place is None else PostWish(place, role, start)

    def place(self, number: int, given: str) -> str | None:
        if not given:
            if self.around.unit_count and "unit" in self.columns:
                self.fault(number, "unit", "no-unit")
                return None
            return self.around.organisation
        found = self.around.units.find(given)
        if found is not None:
            return found
        if self.chosen.make_units:
            self.units.setdefault(folded(given), given)
            return f"unit:{self.units[folded(given)]}"
        self.fault(number, "unit", "unknown-unit", given, self.around.units.near(given))
        return None

    # --- levels

    def wide(self, number: int, cells: Sequence[str]) -> Iterable[LevelWish]:
        for field, place in self.columns.items():
            if field.startswith("c:") and place < len(cells):
                competence = id_iri(field[2:], self.around.organisation.rsplit("id/", 1)[0])
                yield from self.level(number, field, competence, cells[place].strip(), cells)

    def long(self, number: int, cells: Sequence[str]) -> Iterable[LevelWish]:
        given, said = self.cell(cells, "competence"), self.cell(cells, "level") or self.chosen.held
        if not given:
            if self.cell(cells, "level") and "competence" in self.columns:
                self.fault(number, "competence", "no-competence", said)
            return
        competence = self.around.competences.find(given)
        if competence is None:
            self.fault(number, "competence", "unknown-competence", given, self.around.competences.near(given))
            return
        if not said:
            self.fault(number, "level" if "level" in self.columns else "competence", "no-level", given)
            return
        yield from self.level(number, "level", competence, said, cells)

    def course(self, number: int, cells: Sequence[str]) -> CourseWish | None:
        """Return the completed course of a row; none where its day of completion is empty: it is not completed."""
        given = self.cell(cells, "course")
        if not given:
            return None
        found = self.around.courses.find(given)
        if found is None:
            self.fault(number, "course", "unknown-course", given, self.around.courses.near(given))
            return None
        on = self.day(number, cells, "assessed")
        if on is None:
            if "assessed" in self.columns:
                return None
            on = self.chosen.assessed
        if not EARLIEST <= on <= self.today:
            self.fault(number, "assessed", "day-range", on.isoformat())
            return None
        return CourseWish(found, on)

    def level(self, number: int, field: str, competence: str, said: str, cells: Sequence[str]) -> Iterable[LevelWish]:
        top = self.around.tops.get(competence, 5)
        try:
            reached = level(said, self.chosen.profile, top)
        except ValueError:
            self.fault(number, field, "bad-level", said, top=top)
            return
        if reached is None:
            return
        on = self.day(number, cells, "assessed") or self.chosen.assessed
        expires = self.day(number, cells, "expires")
        if not EARLIEST <= on <= self.today:
            self.fault(number, "assessed", "day-range", on.isoformat())
        elif expires is not None and expires <= on:
            self.fault(number, "expires", "expiry", expires.isoformat())
        else:
            yield LevelWish(competence, reached, on, expires)

    def day(self, number: int, cells: Sequence[str], field: str) -> date | None:
        given = self.cell(cells, field)
        try:
            return day(given, self.chosen.order)
        except ValueError:
            self.fault(number, field, "bad-day", given)
            return None
