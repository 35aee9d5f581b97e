"""Help: what to do first, in five minutes, for each kind of work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from competence_graph.model.text import Lang
from competence_graph.web.access import Public
from competence_graph.web.deps import PageLang
from competence_graph.web.language import msgid, words
from competence_graph.web.respond import Answer, respond

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class Guide:
    """Five minutes for one kind of work: an anchor, a heading, steps of a title and what to do."""

    id: str
    title: str
    steps: tuple[tuple[str, str], ...]


GUIDES: Final = (
    Guide(
        "staff",
        msgid("I look after the staff"),
        (
            (
                msgid("Enter people"),
                msgid(
                    "On the page of your institution choose “Import a table” and send the spreadsheet you have. You"
                    " say what each column holds; rows that cannot be understood are mended on the page. Nothing is"
                    " written before you have seen what would change."
                ),
            ),
            (
                msgid("See who lacks what"),
                msgid(
                    "The page of the institution begins with the largest gap. In the table below, a darker cell "
                    "means that more people lack the competence; a cell opens the list of people."
                ),
            ),
            (
                msgid("Look at what is assessed first"),
                msgid(
                    "Where little is assessed, a gap may only mean that nobody has looked. Invite people to assess "
                    "themselves: “Accounts” sends the invitations."
                ),
            ),
            (
                msgid("Book courses"),
                msgid(
                    "“Courses to book” names the cheapest courses that bring everybody as far as courses can. One "
                    "button puts them into everybody’s plan."
                ),
            ),
            (
                msgid("Print the papers"),
                msgid(
                    "A person’s page prints as the paper for the yearly talk, with a place to sign; the page of the"
                    " institution prints across."
                ),
            ),
        ),
    ),
    Guide(
        "unit",
        msgid("I head a unit"),
        (
            (
                msgid("Look at your unit"),
                msgid("“My institution” opens your unit: what most people lack, and what only one person can do."),
            ),
            (
                msgid("Assess them"),
                msgid(
                    "On a person’s page choose “Assess”. The person’s own choice is marked beside each description:"
                    " choose the same level to confirm it, or another one."
                ),
            ),
            (
                msgid("Plan together"),
                msgid(
                    "The person’s page suggests courses; put them into the plan with a day. Mark a course as "
                    "completed, and its levels count."
                ),
            ),
        ),
    ),
    Guide(
        "me",
        msgid("I want to know where I stand"),
        (
            (
                msgid("Read your page"),
                msgid(
                    "“My competences” says how many requirements of your role you meet, what is missing and which "
                    "courses help."
                ),
            ),
            (
                msgid("Answer for yourself"),
                msgid(
                    "Choose in each competence the highest level at which you do all that is written. It takes some"
                    " ten minutes; leave empty what you do not know."
                ),
            ),
            (
                msgid("Object"),
                msgid(
                    "Under “Levels and how they came about” you may object to a level that is not right. The answer"
                    " stands there too."
                ),
            ),
            (
                msgid("See who looked"),
                msgid(
                    "“All my data” tells everything that is kept about you and who looked at it. You may take it "
                    "with you as a file."
                ),
            ),
        ),
    ),
    Guide(
        "courses",
        msgid("I plan training"),
        (
            (
                msgid("Find what no course teaches"),
                msgid(
                    "The page of a competence says which roles need it and which courses teach it. Where roles are "
                    "many and courses few, a course is missing."
                ),
            ),
            (
                msgid("Read a course"),
                msgid(
                    "Each course says from which level to which it leads, in which competences, and what has to "
                    "come before it."
                ),
            ),
        ),
    ),
    Guide(
        "link",
        msgid("I link my own records"),
        (
            (
                msgid("Find the address"),
                msgid(
                    "Search finds a competence by a word, an ending, a code or a typing mistake. Its page gives the"
                    " address to copy; it never changes."
                ),
            ),
            (
                msgid("Take the data"),
                msgid(
                    "Add .ttl, .jsonld, .csv or .xlsx to the address of a page to have the same as data. “About the"
                    " service” tells the rest."
                ),
            ),
        ),
    ),
)


@router.get("/{lang:lang}/help")
def help_page(request: Request, lang: PageLang, actor: Public) -> Response:
    """Guides of five minutes for each kind of work."""
    return respond(request, Answer(page="help.html", context={"guides": _told(lang)}, public=True))


def _told(lang: Lang) -> list[Guide]:
    gettext = words(lang).gettext
    return [
        Guide(each.id, gettext(each.title), tuple((gettext(title), gettext(says)) for title, says in each.steps))
        for each in GUIDES
    ]
