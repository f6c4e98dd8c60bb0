"""A real site started by `manage.py up`, with its worker, and a real browser that is signed in."""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import CHROMIUM, require
from tests.processes import free_port, manage, running, wait_for

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SESSION = """
from django.contrib.auth.models import User
from django.test import Client
client = Client()
client.force_login(User.objects.get(username="admin"), backend="django.contrib.auth.backends.ModelBackend")
print(client.cookies["sessionid"].value)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """An instance of its own: its address, the process of `up`, what it said, its folder, a session."""

    address: str
    pid: int
    log: Path
    home: Path
    session: str

    def sign_in(self, page: Page) -> None:
        """Make the page's browser the administrator's."""
        page.context.add_cookies([{"name": "sessionid", "value": self.session, "url": self.address}])

    def sign_in_link(self) -> str:
        """A link that signs the administrator in, once."""
        port = self.address.rpartition(":")[2]
        done = manage("sign_in_link", ADVISOR_HOME=str(self.home), PORT=port)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def shell(self, script: str) -> str:
        """What a script prints that runs inside the instance."""
        done = manage("shell", "--no-imports", "-c", script, ADVISOR_HOME=str(self.home))
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.home / "quartermaster.sqlite3", timeout=20) as file:
            return file.execute(query).fetchall()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with started_site(tmp_path_factory.mktemp("home")) as started:
        yield started


@contextmanager
def started_site(home: Path, **more: str) -> Iterator[Site]:
    """An instance in `home`, with `more` in its environment."""
    require("chromium")
    port, log = free_port(), home / "log"
    given = {"ADVISOR_HOME": str(home), "PORT": str(port), **more}
    with running(log, sys.executable, "manage.py", "up", **given) as process:
        wait_for(lambda: "Serving at" in log.read_text(), seconds=90, why=log.read_text)
        done = manage("shell", "--no-imports", "-c", SESSION, **given)
        assert done.returncode == 0, done.stderr
        address, session = f"http://127.0.0.1:{port}", done.stdout.strip()
        yield Site(address=address, pid=process.pid, log=log, home=home, session=session)


@pytest.fixture(scope="session")
def chromium() -> str:
    require("chromium")
    return CHROMIUM


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield started
        started.close()


@dataclass(kw_only=True)
class Visitor:
    """Opens pages of the site; when the test ends, every console must have stayed empty."""

    browser: Browser
    site: Site
    pages: list[Page] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __call__(
        self,
        path: str,
        *,
        width: int = 1440,
        dark: bool = False,
        scripts: bool = True,
        signed_in: bool = True,
    ) -> Page:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        page = context.new_page()
        self.pages.append(page)
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self._note(request.url))
        if signed_in:
            self.site.sign_in(page)
        page.goto(path if path.startswith("http") else self.site.address + path)
        return page

    def forgive(self, status: int) -> None:
        """An answer with this status was wanted: the browser writes it to the console."""
        self.said = [line for line in self.said if f"status of {status} " not in line]

    def _note(self, url: str) -> None:
        if not url.startswith((self.site.address, "data:")):
            self.foreign.append(url)


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Visitor]:
    visitor = Visitor(browser=browser, site=site)
    yield visitor
    for page in visitor.pages:
        page.context.close()
    assert visitor.said == []
    assert visitor.foreign == []
