"""Role profiles of an institution's own: the list, the copy of a published role, the page that changes one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, cast

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from competence_graph.answers import catalogue
from competence_graph.answers.people import labels
from competence_graph.answers.profiles import (
    Profile,
    copy_role,
    find_profile,
    profile_list,
    remove_profile,
    save_profile,
)
from competence_graph.exchange.tables import Table
from competence_graph.model.actor import ANYONE, Actor
from competence_graph.model.gap import Necessity, Requirement
from competence_graph.model.iri import Iri, id_iri, is_id
from competence_graph.model.look_alikes import composed
from competence_graph.model.profile_change import Asked, ProfileRow
from competence_graph.model.text import LANGS, Lang, Text, label_of, lithuanian_key
from competence_graph.web.access import CheckedForm, SignedIn
from competence_graph.web.deps import PageLang, Parts, Services
from competence_graph.web.gap_lines import id_page
from competence_graph.web.given import iri_of, staffed
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, Look, respond, see_other

router = APIRouter()

LONGEST_NAME: Final = 200
WEIGHTS: Final = (1, 2, 3, 4, 5)
DONE: Final = {
    "copied": msgid("The profile is made. Change what is different with you."),
    "saved": msgid("The profile is saved. The gaps of those who hold it are reckoned anew."),
    "removed": msgid("The profile is removed."),
    "held": msgid("Somebody holds, held or will hold this profile, so it stays."),
}
Done = Annotated[str, Query(max_length=20)]


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """A profile in the list."""

    href: str
    name: Text
    source: Text | None
    source_href: str
    requirements: int
    holders: int
    moved: int


@dataclass(frozen=True, slots=True)
class RowLine:
    """A competence of a profile: one's own values beside the published ones; ``says`` tells how they differ."""

    id: str
    competence: Text
    href: str
    top: int
    own: Asked
    published: Asked | None
    says: str
    moved: str


@router.get("/{lang:lang}/organisations/{organisation}/roles")
def profiles_page(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, done: Done = ""
) -> Response:
    """The profiles of an institution, and the form that copies a published role."""
    return _list_page(request, parts, lang, actor, staffed(parts, actor, organisation), done=done)


@router.post("/{lang:lang}/organisations/{organisation}/roles")
def copy_profile(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, form: CheckedForm
) -> Response:
    """Copy a published role."""
    iri = staffed(parts, actor, organisation)
    published = _published(parts, lang)
    chosen = str(form.get("role", ""))
    gettext = words(lang).gettext
    names, errors = _names(form, lang, required=False)
    if chosen not in dict(published):
        errors["role"] = gettext("Choose a role from the list.")
    if errors:
        return _list_page(request, parts, lang, actor, iri, form=form, errors=errors)
    source = id_iri(chosen, parts.base)
    known = labels(actor, parts.store, {source})
    full = {each: names[each] or label_of(known, source, each).value for each in LANGS}
    role = copy_role(actor, parts.writer, parts.registry, iri, source, full, parts.base)
    return see_other(f"{id_page(lang, 'organisations', iri)}/roles/{role.local}?done=copied")


@router.get("/{lang:lang}/organisations/{organisation}/roles/{role}")
def profile_page(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, role: str, done: Done = ""
) -> Response:
    """A profile with what it requires, beside the published role."""
    iri = staffed(parts, actor, organisation)
    found = find_profile(actor, parts.store, parts.registry, iri, iri_of(role, "r", parts.base))
    return _profile_page(request, parts, lang, actor, iri, found, done=done)


@router.post("/{lang:lang}/organisations/{organisation}/roles/{role}")
def change_profile(
    request: Request, parts: Parts, lang: PageLang, actor: SignedIn, organisation: str, role: str, form: CheckedForm
) -> Response:
    """Save a profile, or remove it."""
    iri = staffed(parts, actor, organisation)
    found = find_profile(actor, parts.store, parts.registry, iri, iri_of(role, "r", parts.base))
    here = f"{id_page(lang, 'organisations', iri)}/roles"
    if form.get("act") == "remove":
        gone = remove_profile(actor, parts.writer, parts.registry, iri, found.role.iri)
        return see_other(f"{here}?done=removed" if gone else f"{here}/{role}?done=held")
    names, errors = _names(form, lang, required=True)
    asked, wrong = _requirements(parts, found, form, lang)
    errors |= wrong
    if errors:
        return _profile_page(request, parts, lang, actor, iri, found, form=form, errors=errors)
    save_profile(
        actor, parts.writer, parts.registry, iri, found.role.iri, names, asked,
        base=parts.base, looked=form.get("looked") == "1",
    )  # fmt: skip
    return see_other(f"{here}/{role}?done=saved")


def _published(parts: Services, lang: Lang) -> list[tuple[str, str]]:
    found = {
        each.iri.local: each.label(lang).value
        for group in catalogue.roles(ANYONE, parts.store, lang)
        for each in group.members
        if is_id(each.iri.local)
    }
    return sorted(found.items(), key=lambda one: lithuanian_key(one[1]))


def _names(form: FormData, lang: Lang, *, required: bool) -> tuple[dict[Lang, str], dict[str, str]]:
    names: dict[Lang, str] = {each: composed(str(form.get(f"name_{each}", ""))).strip() for each in LANGS}
    errors = {}
    for each, name in names.items():
        if len(name) > LONGEST_NAME or not name.isprintable() or (required and not name):
            errors[f"name_{each}"] = words(lang).gettext("Write the name of the role, at most 200 characters.")
    return names, errors


def _requirements(
    parts: Services, found: Profile, form: FormData, lang: Lang
) -> tuple[dict[str, Requirement], dict[str, str]]:
    """Return what the form requires, and by the field what is wrong with it."""
    gettext = words(lang).gettext
    asked: dict[str, Requirement] = {}
    errors: dict[str, str] = {}
    tops = _tops(parts)
    chosen = [Iri(row.competence) for row in found.rows if f"level-{Iri(row.competence).local}" in form]
    more = str(form.get("more", ""))
    if more:
        added = id_iri(more, parts.base) if is_id(more) else None
        if added is None or added not in tops:
            errors["more"] = gettext("Choose a competence from the list.")
        elif added not in chosen:
            chosen.append(added)
    for each in chosen:
        suffix = "more" if each.local == more and f"level-{each.local}" not in form else each.local
        level, weight = str(form.get(f"level-{suffix}", "")), str(form.get(f"weight-{suffix}", ""))
        if level in {"", "0"}:
            if suffix == "more":
                errors["level-more"] = gettext("Choose a level from the list.")
            continue
        if not (level.isascii() and level.isdigit() and 1 <= int(level[:4]) <= tops.get(each, 5)):
            errors[f"level-{suffix}"] = gettext("Choose a level from the list.")
        elif weight not in {str(one) for one in WEIGHTS}:
            errors[f"weight-{suffix}"] = gettext("Choose a weight from 1 to 5.")
        else:
            necessity = "optional" if form.get(f"need-{suffix}") == "optional" else "essential"
            asked[each] = Requirement(found.role.iri, each, int(level), cast("Necessity", necessity), int(weight))
    return asked, errors


def _tops(parts: Services) -> dict[Iri, int]:
    things = catalogue.known(ANYONE, parts.store)
    tops = catalogue.tops(ANYONE, parts.store)
    return {
        iri: tops.get(each.scheme, 5) if each.scheme is not None else 5
        for iri, each in things.items()
        if each.kind == "competence" and not each.deprecated and is_id(iri.local)
    }


def _list_page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    organisation: Iri,
    *,
    form: FormData | None = None,
    done: str = "",
    errors: Mapping[str, str] | None = None,
) -> Response:
    answer = profile_list(actor, parts.store, parts.registry, organisation)
    here = f"{id_page(lang, 'organisations', organisation)}/roles"
    lines = [
        ProfileLine(
            f"{here}/{each.iri.local}",
            label_of({each.iri: each.names}, each.iri, lang),
            label_of(answer.labels, each.source, lang) if each.source is not None else None,
            id_page(lang, "roles", each.source) if each.source is not None else "",
            len(each.requirements),
            answer.holders.get(each.iri, 0),
            answer.moved.get(each.iri, 0),
        )
        for each in answer.profiles
    ]
    given = {each: str(form.get(each, "")) if form is not None else "" for each in ("role", "name_lt", "name_en")}
    return respond(
        request,
        Answer(
            page="profiles.html",
            context=lambda: {
                "section": "organisation",
                "organisation": label_of(answer.labels, organisation, lang),
                "href": id_page(lang, "organisations", organisation),
                "lines": sorted(lines, key=lambda line: lithuanian_key(line.name.value)),
                "published": _published(parts, lang),
                "given": given,
                "done": words(lang).gettext(DONE[done]) if done in DONE else "",
                "errors": dict(errors or {}),
            },
            status=422 if errors else 200,
            look=Look(actor, organisation, set()),
        ),
    )


def _profile_page(
    request: Request,
    parts: Services,
    lang: Lang,
    actor: Actor,
    organisation: Iri,
    found: Profile,
    *,
    form: FormData | None = None,
    done: str = "",
    errors: Mapping[str, str] | None = None,
) -> Response:
    return respond(
        request,
        Answer(
            page="profile.html",
            context=lambda: _profile_context(parts, lang, organisation, found, form, done, dict(errors or {})),
            rows=_table(found),
            name=found.role.iri.local,
            status=422 if errors else 200,
            look=Look(actor, organisation, set()),
        ),
    )


def _profile_context(
    parts: Services,
    lang: Lang,
    organisation: Iri,
    found: Profile,
    form: FormData | None,
    done: str,
    errors: dict[str, str],
) -> dict[str, object]:
    gettext = words(lang).gettext
    tops = _tops(parts)
    lines = [_line(found, row, tops, form, lang) for row in found.rows]
    asked = {row.competence for row in found.rows}
    source = found.role.source
    competences = [
        (iri.local, each.label(lang).value)
        for iri, each in catalogue.known(ANYONE, parts.store).items()
        if iri in tops and iri not in asked
    ]
    names = {each.lang: each.value for each in found.role.names}
    return {
        "section": "organisation",
        "organisation": label_of(found.labels, organisation, lang),
        "href": id_page(lang, "organisations", organisation),
        "name": label_of({found.role.iri: found.role.names}, found.role.iri, lang),
        "names": {
            each: str(form.get(f"name_{each}", "")) if form is not None else names.get(each, "") for each in LANGS
        },
        "source": label_of(found.labels, source, lang) if source is not None else None,
        "source_href": id_page(lang, "roles", source) if source is not None else "",
        "taken": found.taken.date() if found.taken is not None else None,
        "holders": found.holders,
        "lines": sorted(lines, key=lambda line: (not line.moved, not line.says, lithuanian_key(line.competence.value))),
        "differing": sum(bool(line.says) for line in lines),
        "moved": sum(bool(line.moved) for line in lines),
        "competences": sorted(competences, key=lambda one: lithuanian_key(one[1])),
        "levels": [("0", "–"), *((str(level), str(level)) for level in range(1, 10))],
        "weights": [(str(each), str(each)) for each in WEIGHTS],
        "needs": [("essential", gettext("Essential")), ("optional", gettext("Desirable"))],
        "done": gettext(DONE[done]) if done in DONE else "",
        "errors": errors,
    }


def _line(found: Profile, row: ProfileRow, tops: Mapping[Iri, int], form: FormData | None, lang: Lang) -> RowLine:
    gettext = words(lang).gettext
    competence = Iri(row.competence)
    own = row.own or (0, "essential", row.published[2] if row.published is not None else 3)
    if form is not None and f"level-{competence.local}" in form:
        level, weight = str(form.get(f"level-{competence.local}")), str(form.get(f"weight-{competence.local}"))
        need = "optional" if form.get(f"need-{competence.local}") == "optional" else "essential"
        own = (
            int(level[:2]) if level.isascii() and level.isdigit() else 0,
            cast("Necessity", need),
            int(weight[:2]) if weight.isascii() and weight.isdigit() else 3,
        )
    says = {
        "same": "",
        "changed": gettext("different"),
        "added": gettext("only with you"),
        "left-out": gettext("left out with you"),
    }[row.kind]
    return RowLine(
        competence.local,
        label_of(found.labels, competence, lang),
        id_page(lang, "competences", competence),
        tops.get(competence, 5),
        own,
        row.published,
        says if found.role.source is not None else "",
        _moved(row, lang) if row.moved else "",
    )


def _moved(row: ProfileRow, lang: Lang) -> str:
    gettext = words(lang).gettext
    if row.base is None:
        return gettext("newly required in the published role")
    if row.published is None:
        return gettext("no longer required in the published role")
    if row.base[0] != row.published[0]:
        return gettext("the published level was %(before)s, it is %(now)s") % {
            "before": row.base[0],
            "now": row.published[0],
        }
    return gettext("changed in the published role")


def _table(found: Profile) -> Table:
    columns = (
        "competence",
        "published_level",
        "published_necessity",
        "published_weight",
        "level",
        "necessity",
        "weight",
    )
    return Table(
        columns,
        [
            (row.competence, *(row.published or (None, None, None)), *(row.own or (None, None, None)))
            for row in found.rows
        ],
        title="profile",
    )
