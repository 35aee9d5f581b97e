"""Pages: our own Jinja environment a language, and what every page knows (`Frame`).

In every template: ``frame``; ``_()``, ``gettext``, ``ngettext``, ``pgettext``, ``{% trans %}``; the functions
``static(file)``, ``home()`` (/lt/) and ``page_of(concept, lang, base)``; the filters ``label`` (a `Text`, marked with
the language it really has), ``lang_attr`` (that mark alone, for a heading), ``day`` (2026-11-22), ``long_date``
(„2026 m. lapkričio 22 d.“), ``number`` (12 345,6), ``percent`` (79 %, of a share 0 to 1), ``local`` (the id in a URI).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from competence_graph.model.iri import Iri
from competence_graph.model.look_alikes import is_odd
from competence_graph.model.text import LANGS, Lang, Text
from competence_graph.web.addresses import page_of
from competence_graph.web.language import words

WEB: Final = files("competence_graph.web")
STATIC: Final = WEB / "static"
# English of Europe: 22 November 2026.
_LOCALES: Final[dict[Lang, str]] = {"lt": "lt", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Link:
    """Another document that has to do with this one, for the Link header and ``<link>``."""

    href: str
    rel: str
    media_type: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class AccountLine:
    """Who is signed in, as the head of a page says it."""

    label: str
    own_page: str | None
    organisation_page: str | None
    admin_page: str | None = None
    licences_page: str | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page knows: its language, its address, its other faces, who is signed in (never on public pages).

    ``path`` has no suffix and no query; ``other`` is this page in the other language; ``languages`` by language tag;
    ``base`` is what URIs minted here begin with.
    """

    lang: Lang
    path: str
    other: str
    languages: Mapping[str, str]
    base: str
    csrf: str = ""
    account: AccountLine | None = None
    faces: tuple[Link, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def other_lang(self) -> Lang:
        """The other of our two languages."""
        return next(lang for lang in LANGS if lang != self.lang)


@cache
def environment(lang: Lang) -> Environment:
    """Return the Jinja environment of a language: every template is escaped, a missing variable is an error."""
    made = Environment(
        loader=FileSystemLoader(str(WEB / "pages")),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.install_gettext_translations(words(lang), newstyle=True)  # type: ignore[attr-defined]
    made.globals |= {"static": static, "has_faces": has_faces, "home": lambda: f"/{lang}/", "page_of": page_of}
    made.filters |= {
        "label": lambda text: label(text, lang),
        "lang_attr": lambda text: lang_attr(text, lang),
        "day": day,
        "long_date": lambda value: long_date(value, lang),
        "number": lambda value: number(value, lang),
        "percent": lambda value: percent(value, lang),
        "local": lambda iri: Iri(iri).local,
    }
    return made


def render(page: str, frame: Frame, context: Mapping[str, Any]) -> str:
    """Return the HTML of a page."""
    return environment(frame.lang).get_template(page).render(frame=frame, **context)


@cache
def static(name: str) -> str:
    """Return the address of a static file, with a mark that changes when the file does.

    Raises:
        FileNotFoundError: If there is no such file.
    """
    mark = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={mark}"


@cache
def has_faces() -> bool:
    """Whether the build has made our fonts; without them the system's own take over."""
    return (STATIC / "vendor" / "serif-400.woff2").is_file()


def label(text: Text | str, lang: Lang) -> Markup:
    """Return the text, marked with its language where that is not the page's."""
    shown = marked(str(text), lang)
    if isinstance(text, Text) and text.lang and text.lang != lang:
        return Markup('<span lang="{}">{}</span>').format(text.lang, shown)
    return shown


def marked(text: str, lang: Lang) -> Markup:
    """Return the text; with a mark where it may deceive the eye, and kept from turning what stands around it."""
    if not is_odd(text):
        return escape(text)
    says = words(lang).gettext("Some characters here are not seen, or look like others.")
    return Markup('<bdi>{}</bdi> <abbr class="odd" title="{}">⚠</abbr>').format(text, says)


def lang_attr(text: Text | str, lang: Lang) -> Markup:
    """Return `` lang="en"`` where the text's language is not the page's, else nothing."""
    if isinstance(text, Text) and text.lang and text.lang != lang:
        return Markup(' lang="{}"').format(text.lang)
    return Markup("")


def day(value: date) -> Markup:
    """Return a day as 2026-11-22."""
    written = (value.date() if isinstance(value, datetime) else value).isoformat()
    return Markup('<time datetime="{0}">{0}</time>').format(written)


def long_date(value: date, lang: Lang) -> Markup:
    """Return a day in words: „2026 m. lapkričio 22 d.“, 22 November 2026."""
    written = (value.date() if isinstance(value, datetime) else value).isoformat()
    return Markup('<time datetime="{}">{}</time>').format(written, format_date(value, "long", locale=_LOCALES[lang]))


def number(value: float | Decimal, lang: Lang) -> str:
    """Return a number as the language writes it: 12 345,6; 12,345.6."""
    return format_decimal(value, locale=_LOCALES[lang])


def percent(share: float, lang: Lang) -> str:
    """Return a share of 0 to 1 as whole per cent: 79 %; 79%."""
    return format_percent(share, format=None, locale=_LOCALES[lang])
