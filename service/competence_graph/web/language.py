"""The two languages of the pages: which one a request asks for, and the words in it.

Message ids are the English text; the Lithuanian catalogues are the files ``locale/lt/*.po``, merged at start.
Lithuanian has four plural forms, in this order in the files: one (21), few (22), many (1,5), other (10).
"""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib.resources import files
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from fastapi import Request
from starlette.convertors import Convertor, register_url_convertor

from competence_graph.model.text import LANGS, Lang

DEFAULT: Final[Lang] = "lt"
PLURALS: Final = ("one", "few", "many", "other")
_FOLDER: Final = files("competence_graph.web") / "locale"


class _LangConvertor(Convertor[str]):
    """``{lang:lang}`` in a route's path: lt or en, nothing else."""

    regex = "lt|en"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("lang", _LangConvertor())


def msgid(text: str) -> str:
    """Mark a text of the code for translation; it is translated where it is shown."""
    return text


@cache
def catalogue(lang: Lang) -> Catalog:
    """Return all messages of a language, of every .po file in its folder.

    Raises:
        ValueError: If two files translate the same message differently.
    """
    whole = Catalog(locale=lang)
    folder = _FOLDER / lang
    if not folder.is_dir():
        return whole
    for file in sorted(folder.iterdir(), key=lambda each: each.name):
        if not file.name.endswith(".po"):
            continue
        part = read_po(io.BytesIO(file.read_bytes()), locale=lang, abort_invalid=True)
        for message in part:
            if not message.id:
                continue
            known = whole.get(message.id if isinstance(message.id, str) else message.id[0], message.context)
            if known is not None and known.string != message.string:
                raise ValueError(f"{file.name}: {message.id!r} is already translated as {known.string!r}.")
            whole.add(
                message.id,
                message.string,
                locations=[(file.name, message.lineno or 0)],
                flags=message.flags,
                context=message.context,
            )
    return whole


@cache
def words(lang: Lang) -> gettext.NullTranslations:
    """Return gettext of a language: ``gettext``, ``ngettext``, ``pgettext``, ``npgettext``."""
    if lang == "en":
        return gettext.NullTranslations()
    made = io.BytesIO()
    write_mo(made, catalogue(lang))
    made.seek(0)
    translations = gettext.GNUTranslations(made)
    rule = Locale(lang).plural_form
    # CLDR's rule and not the catalogue's: it knows decimals too ("1,5 valandos").
    translations.plural = lambda n: PLURALS.index(rule(n))  # type: ignore[attr-defined]
    return translations


def language_of(request: Request) -> Lang:
    """Return the language of the page: its path's, else ``?lang=``, else of Accept-Language, else Lithuanian."""
    first = request.url.path.split("/")[1]
    for lang in LANGS:
        if first == lang:
            return lang
    asked = request.query_params.get("lang", "")
    for lang in LANGS:
        if asked == lang:
            return lang
    return preferred(request.headers.get("accept-language", ""))


def preferred(header: str) -> Lang:
    """Return the one of our languages that an Accept-Language header prefers; what cannot be read counts as nothing."""
    best: tuple[float, Lang] = (0.0, DEFAULT)
    for item in header[:1000].split(","):
        tag, _, parameter = item.strip().partition(";")
        primary = tag.strip().lower().split("-")[0]
        name, _, weight = parameter.strip().partition("=")
        try:
            quality = float(weight) if name.strip() == "q" else 1.0
        except ValueError:
            continue
        for lang in LANGS:
            if primary == lang and quality > best[0]:
                best = (quality, lang)
    return best[1]
