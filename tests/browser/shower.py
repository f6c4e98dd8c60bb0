"""Opens a test page in a real browser and holds it to an empty console."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.browser.frontend_server import FrontendServer, serving


@dataclass(kw_only=True)
class Shown:
    """A page, what its console said and what it asked for elsewhere."""

    page: Page
    said: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def server() -> Iterator[FrontendServer]:
    with serving() as started:
        yield started


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def show(browser: Browser, server: FrontendServer) -> Iterator["Shower"]:
    shower = Shower(browser, server)
    yield shower
    for shown in shower.all:
        shown.page.context.close()
    assert [shown.said for shown in shower.all if shown.said] == []
    assert [shown.foreign for shown in shower.all if shown.foreign] == []


class Shower:
    """Opens pages; when the test ends, every console must have stayed empty."""

    def __init__(self, browser: Browser, server: FrontendServer) -> None:
        self.browser, self.server = browser, server
        self.all: list[Shown] = []

    def __call__(self, name: str, *, width: int = 1440, dark: bool = False, scripts: bool = True) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        page = context.new_page()
        shown = Shown(page=page)
        self.all.append(shown)
        page.on("console", lambda message: shown.said.append(message.text))
        page.on("pageerror", lambda error: shown.said.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None if request.url.startswith(self.server.address) else shown.foreign.append(request.url)
            ),
        )
        page.goto(f"{self.server.address}/{name}.html")
        return page


def colour(page: Page, name: str) -> str:
    """`rgb(r, g, b)` of a custom property, as the page shows it now."""
    return str(
        page.evaluate(
            """name => {
                const node = document.createElement('i');
                node.style.color = `var(${name})`;
                document.body.append(node);
                const seen = getComputedStyle(node).color;
                node.remove();
                return seen;
            }""",
            name,
        )
    )


def settled(page: Page) -> None:
    """Wait until what was just changed is drawn: a change of scheme is told in the next frame."""
    page.evaluate(
        """() => new Promise(done => {
            let frames = 3;
            const next = () => (frames-- ? requestAnimationFrame(next) : done());
            next();
        })"""
    )
