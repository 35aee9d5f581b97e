"""How a test comes to a page: signed in as whom it takes, at a width, in a language."""

import re
from contextlib import contextmanager

LANGS = ("lt", "en")


def path_of(page, lang, account=None):
    """The path of a page for an account."""
    actor = account.actor if account is not None else None
    local = {
        "organisation": actor.organisation.rsplit("/", 1)[-1] if actor and actor.organisation else "",
        "person": actor.person.rsplit("/", 1)[-1] if actor and actor.person else "",
    }
    return page.path.format(lang=lang, **local)


def account_for(page, demo):
    """The first demonstration account of the kind that a page takes; None where it takes none."""
    if page.actor is None:
        return None
    return next(each for each in demo.state.services.registry.demo_accounts() if each.actor.kind == page.actor)


@contextmanager
def visiting(browser, demo, site, page, lang, **options):
    """Open a context, signed in where the page takes an account, and give (browser page, address)."""
    account = account_for(page, demo)
    context = browser.new_context(base_url=site, locale="lt-LT" if lang == "lt" else "en-GB", **options)
    token = None
    try:
        if account is not None:
            token = demo.state.services.registry.open_session(account.id)
            context.add_cookies([{"name": "session", "value": token, "url": site, "httpOnly": True}])
        yield context.new_page(), site + path_of(page, lang, account)
    finally:
        context.close()
        if token is not None:
            demo.state.services.registry.close_session(token)


def press(tab, locator):
    """Click what leads to another page, and wait until that page is there: a click alone returns before it is."""
    with tab.expect_navigation():
        locator.click()


def is_about_the_page_itself(message, address):
    """Whether a console message only repeats that this very page has the status it is meant to have."""
    return bool(re.match(r"Failed to load resource: .* status of 4\d\d", message.text)) and (
        message.location.get("url") == address
    )
