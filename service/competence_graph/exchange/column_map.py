"""Column maps: a small TOML file that says which column of which file means what in a foreign framework.

The maps that ship with the product are in inventories/foreign/maps; docs/foreign-frameworks.md tells how to write one.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

from competence_graph.bundled import bundled
from competence_graph.errors import InvalidIriError, UnreadableFileError
from competence_graph.exchange.sheets import header
from competence_graph.model.iri import Iri, is_word, parse_iri
from competence_graph.model.text import LANGS, Text

ConceptKind = Literal["competences", "areas", "roles", "groups"]
TableKind = Literal["competences", "areas", "roles", "groups", "labels", "broader", "requirements"]
Necessity = Literal["essential", "optional"]

_TEXTS: Final = frozenset({"label", "alternative", "hidden", "definition", "note"})
_CONCEPT: Final = frozenset({"iri", "notation", "type", "reuse", "status", "modified", "broader"})
_KEYS: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(get_args(ConceptKind), _TEXTS | _CONCEPT),
    "labels": _TEXTS | {"iri"},
    "broader": frozenset({"iri", "broader"}),
    "requirements": frozenset({"role", "competence", "necessity"}),
}
_NEEDED: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(get_args(ConceptKind), frozenset({"iri", "label"})),
    "labels": frozenset({"iri"}),
    "broader": frozenset({"iri", "broader"}),
    "requirements": frozenset({"role", "competence", "necessity"}),
}
_LANG: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*\Z")
PLACE: Final = "{lang}"


@dataclass(frozen=True, slots=True)
class Column:
    """What is read (``key``, in a language where it is text) and from which columns: the first that is not empty."""

    key: str
    lang: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One file, or one a language where its name holds ``{lang}``; ``names`` are tried in order."""

    names: tuple[str, ...]
    kind: TableKind
    optional: bool
    columns: tuple[Column, ...]
    wanted: Mapping[str, bool]
    separators: Mapping[str, str]

    def column(self, key: str) -> str:
        """Return the first column read for this key, as findings name it."""
        return next((each.names[0] for each in self.columns if each.key == key), key)


@dataclass(frozen=True, slots=True)
class Scheme:
    """A concept scheme: the word of its graph, its IRI, its title and what it is about."""

    word: str
    iri: Iri
    title: tuple[Text, ...]
    description: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What a foreign framework is and which column of which file means what."""

    name: str
    short: str
    language: str
    extract: bool
    framework: Scheme
    roles: Scheme | None
    scale: Iri
    version: str
    license: Iri
    publisher: Iri
    publisher_name: tuple[Text, ...]
    notice: tuple[Text, ...]
    levels: Mapping[Necessity, tuple[int, int]]
    codes: Mapping[str, Mapping[str, Iri]]
    delimiter: str
    tables: tuple[Table, ...]

    def found(self, table: Table, folders: Sequence[Path]) -> list[tuple[str, Path]]:
        """Return the files of a table with the language that stands in each name, the framework's own first."""
        for name in table.names:
            if PLACE not in name:
                at = next((path for folder in folders if (path := folder / name).is_file()), None)
                if at is not None:
                    return [(self.language, at)]
                continue
            pattern = re.compile(re.escape(name).replace(re.escape(PLACE), "([a-z]{2,3})") + r"\Z")
            found: dict[str, Path] = {}
            for folder in folders:
                for path in sorted(folder.iterdir()):
                    if (match := pattern.match(path.name)) and path.is_file():
                        found.setdefault(match[1], path)
            if self.language in found:
                return sorted(found.items(), key=lambda each: (each[0] != self.language, each[0]))
        return []

    def fits(self, folders: Sequence[Path], *, columns: bool = True) -> bool:
        """Whether the folders hold every file that this map needs, each with the columns it reads."""
        for table in self.tables:
            if table.optional:
                continue
            found = self.found(table, folders)
            needed = {name for name, must in table.wanted.items() if must and columns}
            if not found or not needed <= set(header(found[0][1], self.delimiter)):
                return False
        return True

    def needed(self) -> list[str]:
        """Return the names of the files that it cannot do without."""
        return [table.names[0].replace(PLACE, self.language) for table in self.tables if not table.optional]


def shipped() -> dict[str, Path]:
    """Return the maps that ship with the product, by name."""
    return {path.stem: path for path in sorted((bundled("inventories") / "foreign" / "maps").glob("*.toml"))}


def read_map(named: str) -> ColumnMap:
    """Read a column map.

    Args:
        named: The path of a TOML file, or the name of a map that ships with the product.

    Raises:
        UnreadableFileError: If there is none, or it is no column map; the text says what is wrong.
    """
    path = shipped().get(named, Path(named))
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        known = ", ".join(shipped())
        raise UnreadableFileError(named, f"there is no such file, and no map of that name ({known}).") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnreadableFileError(path.name, f"this is not TOML in UTF-8: {error}") from error
    return _Reader(path.name).read(path.stem, said)


class _Reader:
    """Reads one map; every fault says where in it."""

    def __init__(self, file: str) -> None:
        self._file = file

    def read(self, name: str, said: Mapping[str, Any]) -> ColumnMap:
        head = self._part(said, "framework")
        tables = said.get("files", [])
        if not tables:
            self._fail("files", "give at least one [[files]].")
        held = {str(each.get("holds")) for each in tables}
        for part, kinds in (("roles", {"roles", "groups", "requirements"}), ("requirements", {"requirements"})):
            if held & kinds and part not in said:
                self._fail(part, f"this part is needed where files hold {', '.join(sorted(held & kinds))}.")
        levels = self._part(said, "requirements") if "requirements" in said else {}
        language = self._text(head, "framework", "language")
        return ColumnMap(
            name=name,
            short=self._text(head, "framework", "short"),
            language=language,
            extract=bool(head.get("extract", False)),
            framework=self._scheme(head, "framework"),
            roles=self._scheme(self._part(said, "roles"), "roles") if "roles" in said else None,
            scale=self._iri(head, "framework", "scale"),
            version=str(head.get("version", "")),
            license=self._iri(head, "framework", "license"),
            publisher=self._iri(head, "framework", "publisher"),
            publisher_name=self._texts(head, "framework", "publisher_name"),
            notice=self._texts(head, "framework", "notice"),
            levels={each: self._level(levels, each) for each in get_args(Necessity) if levels},
            codes={
                key: {value: self._iri(codes, f"codes.{key}", value) for value in codes}
                for key, codes in said.get("codes", {}).items()
            },
            delimiter=str(head.get("delimiter", ",")),
            tables=tuple(self._table(each, f"files[{number}]") for number, each in enumerate(tables, start=1)),
        )

    def _table(self, said: Mapping[str, Any], where: str) -> Table:
        kind = self._text(said, where, "holds")
        if kind not in _KEYS:
            self._fail(f"{where}.holds", f"{kind!r} is not known: use {', '.join(_KEYS)}.")
        names = said.get("name")
        names = (names,) if isinstance(names, str) else tuple(names or ())
        if not names:
            self._fail(f"{where}.name", "give the name of the file.")
        columns: list[Column] = []
        wanted: dict[str, bool] = {}
        for key, named in self._part(said, "columns", where).items():
            what, _, lang = key.partition("@")
            if what not in _KEYS[kind] or bool(lang) != (what in _TEXTS):
                allowed = ", ".join(sorted(f"{each}@en" if each in _TEXTS else each for each in _KEYS[kind]))
                self._fail(f"{where}.columns.{key}", f"{kind} have: {allowed}.")
            if lang and lang != PLACE and not _LANG.match(lang):
                self._fail(f"{where}.columns.{key}", f"{lang!r} is not the tag of a language, such as lt or en.")
            alternatives = [named] if isinstance(named, str) else list(named)
            wanted |= {each.rstrip("?"): not each.endswith("?") for each in alternatives}
            columns.append(Column(what, lang, tuple(each.rstrip("?") for each in alternatives)))
        for needed in sorted(_NEEDED[kind] - {each.key for each in columns}):
            self._fail(f"{where}.columns", f"{kind} need {needed}.")
        separators = {"alternative": said.get("separator", ""), "hidden": said.get("separator", "")}
        separators |= {"broader": said.get("separator", "")} | dict(said.get("separators", {}))
        return Table(
            names, cast("TableKind", kind), bool(said.get("optional", False)), tuple(columns), wanted, separators
        )

    def _scheme(self, said: Mapping[str, Any], where: str) -> Scheme:
        word = self._text(said, where, "word")
        if not is_word(word):
            self._fail(f"{where}.word", "use lower-case letters, digits and hyphens: it names the graph.")
        return Scheme(
            word,
            self._iri(said, where, "scheme"),
            self._texts(said, where, "title"),
            self._texts(said, where, "description"),
        )

    def _level(self, levels: Mapping[str, Any], necessity: str) -> tuple[int, int]:
        said = self._part(levels, necessity, "requirements")
        level, weight = said.get("level"), said.get("weight")
        if not isinstance(level, int) or not 1 <= level <= 9 or not isinstance(weight, int) or not 1 <= weight <= 5:
            self._fail(f"requirements.{necessity}", "give level (1 to 9, on the scale) and weight (1 to 5).")
        return cast("int", level), cast("int", weight)

    def _part(self, said: Mapping[str, Any], key: str, where: str = "") -> Mapping[str, Any]:
        part = said.get(key)
        if not isinstance(part, Mapping):
            self._fail(f"{where}.{key}".lstrip("."), "this part is missing.")
        return cast("Mapping[str, Any]", part)

    def _text(self, said: Mapping[str, Any], where: str, key: str) -> str:
        value = said.get(key)
        if not isinstance(value, str) or not value.strip():
            self._fail(f"{where}.{key}", "give a text.")
        return str(value)

    def _texts(self, said: Mapping[str, Any], where: str, key: str) -> tuple[Text, ...]:
        part = self._part(said, key, where)
        return tuple(Text(self._text(part, f"{where}.{key}", lang), lang) for lang in LANGS)

    def _iri(self, said: Mapping[str, Any], where: str, key: str) -> Iri:
        try:
            return parse_iri(self._text(said, where, key))
        except InvalidIriError as error:
            raise UnreadableFileError(self._file, f"{where}.{key}: {error}") from error

    def _fail(self, where: str, why: str) -> None:
        raise UnreadableFileError(self._file, f"{where}: {why}")
