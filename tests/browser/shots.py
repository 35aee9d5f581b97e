"""Take a picture of every page, lt and en, 1280 and 360 wide: python -m tests.browser.shots [name ...]

The pictures go to tests/browser/shots/, which git leaves out.
"""

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from tests.browser.pages import PAGES
from tests.browser.walking import LANGS, visiting
from tests.conftest import browser
from tests.serving import demo_app, serving

SHOTS = Path(__file__).with_name("shots")


def main(names):
    """Take the pictures of the pages named, of all where none is."""
    SHOTS.mkdir(exist_ok=True)
    chosen = [page for page in PAGES if not names or page.name in names]
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        demo = demo_app(Path(data))
        chromium = playwright.chromium.launch(executable_path=browser(), args=arguments)
        with serving(demo) as site:
            for page in chosen:
                for lang in LANGS:
                    for width in (1280, 360):
                        size = {"width": width, "height": 900}
                        with visiting(chromium, demo, site, page, lang, viewport=size) as (tab, address):
                            tab.goto(address)
                            tab.screenshot(path=SHOTS / f"{page.name}.{lang}-{width}.png", full_page=True)
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1:])
