"""A learning plan as a page says it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from competence_graph.answers.planning import CourseFacts, ItemStatus, PersonPlan, is_over
from competence_graph.model.text import Lang, Text, label_of
from competence_graph.web.gap_lines import id_page
from competence_graph.web.language import msgid, words

STATUSES: Final[dict[ItemStatus, str]] = {
    "planned": msgid("planned"),
    "started": msgid("started"),
    "done": msgid("completed"),
    "dropped": msgid("dropped"),
}
_NO_FACTS: Final = CourseFacts(None, None, {})


@dataclass(frozen=True, slots=True)
class ItemLine:
    """An item of a plan: its course, what it brings and takes, until when; ``late`` where the day has gone by."""

    id: str
    href: str
    name: Text
    brings: tuple[tuple[Text, int, int], ...]
    hours: int | None
    price: Decimal | None
    due: date | None
    status: ItemStatus
    says: str
    late: bool
    over: bool


def item_lines(answer: PersonPlan, today: date, lang: Lang) -> list[ItemLine]:
    """Return the items of a plan, what is to be done first on top."""
    gettext = words(lang).gettext
    lines = []
    for each in answer.items:
        facts = answer.facts.get(each.course, _NO_FACTS)
        over = is_over(each)
        lines.append(
            ItemLine(
                id=each.iri.rsplit("-", 1)[-1],
                href=id_page(lang, "courses", each.course),
                name=label_of(answer.labels, each.course, lang),
                brings=tuple(
                    (label_of(answer.labels, competence, lang), low, high)
                    for competence, (low, high) in facts.outcomes.items()
                ),
                hours=facts.hours,
                price=facts.price,
                due=each.due,
                status=each.status,
                says=gettext(STATUSES[each.status]),
                late=each.due is not None and each.due < today and not over,
                over=over,
            )
        )
    return lines


def totals(lines: list[ItemLine]) -> tuple[int | None, Decimal | None]:
    """Return the hours and euros of what is still to be done; None where no course says."""
    ahead = [each for each in lines if not each.over]
    hours = [each.hours for each in ahead if each.hours is not None]
    prices = [each.price for each in ahead if each.price is not None]
    return (sum(hours) if hours else None, sum(prices, Decimal(0)) if prices else None)
