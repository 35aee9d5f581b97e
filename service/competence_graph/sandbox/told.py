"""A sentence told to a person, which can be said again in another language."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self


class Told(str):
    """A sentence in English, made from a template and values: ``Told("More than %(most)s.", most=64)``.

    Errors carry it as their text; a page says it in its own language by `again`.
    """

    __slots__ = ("template", "values")

    template: str
    values: dict[str, object]

    def __new__(cls, template: str, **values: object) -> Self:
        """Fill the template."""
        made = super().__new__(cls, template % values)
        made.template = template
        made.values = values
        return made

    def again(self, gettext: Callable[[str], str]) -> str:
        """Return the sentence in the language of this gettext."""
        return gettext(self.template) % self.values
