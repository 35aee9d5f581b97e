"""Where something is: by words, by id, by code, by an address known elsewhere. All of it is for anybody."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from competence_graph.errors import InvalidIriError, NotFoundError
from competence_graph.graph.concepts import concepts
from competence_graph.graph.live_search import live_search
from competence_graph.graph.public import PublicGraphs, public
from competence_graph.graph.search import SearchIndex
from competence_graph.graph.store import Store
from competence_graph.graph.terms import Row
from competence_graph.model.actor import Actor
from competence_graph.model.concept import Concept, ThingKind
from competence_graph.model.hit import Hit, Result, Results
from competence_graph.model.iri import BASE, Iri, parse_iri
from competence_graph.model.near_id import typed_id

_A_PAGE: Final = 20
_LOCAL: Final = re.compile(r"[A-Za-z0-9._~-]{1,200}")
_RETIRED: Final = 5
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Published:
    """A thing that an id under /id/ names; ``part`` is the id where it names a part of the thing."""

    concept: Concept
    part: str = ""


def search(
    actor: Actor, store: Store, text: str, lang: str, kinds: Collection[ThingKind] | None = None, page: int = 1
) -> Results:
    """Return a page of what matches a text, best first; what is deprecated only where nothing else matches."""
    del actor
    index = live_search(store).index
    page = max(1, page)
    found = index.search(text, lang, kinds, _A_PAGE, offset=(page - 1) * _A_PAGE)
    retired: tuple[Hit, ...] = ()
    if not found.total:
        retired = index.search(text, lang, kinds, _RETIRED, deprecated=True).hits
    return Results(
        text,
        tuple(_result(index, hit) for hit in found.hits),
        found.total,
        page,
        max(1, -(-found.total // _A_PAGE)),
        found.did_you_mean,
        tuple(_result(index, hit) for hit in retired),
    )


def suggest(
    actor: Actor, store: Store, text: str, lang: str, kinds: Collection[ThingKind] | None = None, limit: int = 8
) -> tuple[Result, ...]:
    """Return what somebody who has typed so far may be looking for, from two letters on."""
    del actor
    index = live_search(store).index
    return tuple(_result(index, hit) for hit in index.suggest(text, lang, kinds, limit))


def published(actor: Actor, store: Store, local: str, base: str = BASE) -> Published:
    """Return the thing whose URI ends so; a part (a level descriptor, a requirement) leads to its owner.

    Args:
        actor: Anybody.
        store: Where to look.
        local: The id or word in the path.
        base: What URIs begin with that this deployment minted itself.

    Raises:
        NotFoundError: If nothing published has it. A person's pseudonym never is.
    """
    del actor
    if not _LOCAL.fullmatch(local):
        raise NotFoundError(local)
    graphs = public(store)
    for start in dict.fromkeys((BASE, base)):
        whole = Iri(f"{start}id/{local}")
        found = _one(graphs, whole)
        if found is not None:
            return Published(found)
        if "-" not in local or not graphs.ask("concept_statements", thing=whole):
            continue
        owner = local
        while "-" in owner:
            owner = owner.rpartition("-")[0]
            found = _one(graphs, Iri(f"{start}id/{owner}"))
            if found is not None:
                return Published(found, local)
    raise NotFoundError(local)


def foreign(actor: Actor, store: Store, uri: str) -> Concept:
    """Return a published thing by its whole URI, wherever that was minted.

    Raises:
        NotFoundError: If nothing published has it.
    """
    del actor
    found = live_search(store).index.things.get(Iri(uri))
    if found is None:
        raise NotFoundError(uri)
    return found


def resolve(actor: Actor, store: Store, text: str) -> Concept:
    """Return the thing that an alias means: its URI with http or https, its id, its code, an address matched exactly.

    Of several that share a code the first by URI is meant; what is in use goes before what is deprecated.

    Raises:
        NotFoundError: If nothing published is known by it.
    """
    del actor
    typed = text.strip()[:_LONGEST]
    index = live_search(store).index
    for uri in _spellings(typed):
        found = index.things.get(Iri(uri))
        if found is not None:
            return found
    found = index.by_local(typed_id(typed.rstrip("/").rsplit("/", 1)[-1] if _is_ours(typed) else typed))
    if found is not None:
        return found
    graphs = public(store)
    aliases: list[Iri | str] = [*_addresses(typed), typed]
    things = [
        index.things[row["thing"]]
        for alias in aliases
        for row in _known_by(graphs, alias)
        if isinstance(row["thing"], Iri) and row["thing"] in index.things
    ]
    if not things:
        raise NotFoundError(text)
    return min(things, key=lambda each: (each.deprecated, each.iri))


def near(actor: Actor, store: Store, local: str) -> list[Concept]:
    """Return things whose id or word is like this one: a wrong character, two swapped, letters read as digits."""
    del actor
    return live_search(store).index.near(local)


def _result(index: SearchIndex, hit: Hit) -> Result:
    scheme = hit.concept.scheme
    return Result(hit, index.things.get(scheme) if scheme is not None else None)


def _known_by(graphs: PublicGraphs, alias: Iri | str) -> list[Row]:
    try:
        return graphs.ask("concept_aliases", alias=alias)
    except (ValueError, InvalidIriError):
        # What no term can be is nobody's alias: an address that RFC 3987 forbids, half a character.
        return []


def _one(graphs: PublicGraphs, iri: Iri) -> Concept | None:
    return concepts(graphs, [iri]).get(iri)


def _is_ours(typed: str) -> bool:
    return "/id/" in typed or "/doc/" in typed


def _spellings(typed: str) -> list[str]:
    """Return an address as it may be stored: with https for http and the other way, without a closing slash."""
    bare = typed.rstrip("/")
    if bare.startswith("http://"):
        return [bare, f"https://{bare.removeprefix('http://')}"]
    if bare.startswith("https://"):
        return [bare, f"http://{bare.removeprefix('https://')}"]
    return [bare]


def _addresses(typed: str) -> list[Iri]:
    try:
        return [parse_iri(each) for each in _spellings(typed)]
    except InvalidIriError:
        return []
