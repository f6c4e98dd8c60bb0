"""The API's page in a real browser, under the site's own rules for what a page may load."""

import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.conftest import CHROMIUM, require
from tests.processes import free_port, manage, running, wait_for

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    require("chromium")
    home = tmp_path_factory.mktemp("home")
    port, log = free_port(), home / "log"
    given = {"ADVISOR_HOME": str(home), "PORT": str(port)}
    assert manage("migrate", "-v0", **given).returncode == 0
    with running(log, sys.executable, "manage.py", "up", **given):
        wait_for(lambda: "Serving at" in log.read_text(), seconds=90, why=log.read_text)
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("width", [1440, 390])
def test_operations_can_be_read_and_tried_and_nothing_is_blocked(address: str, width: int) -> None:
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": width, "height": 900})
        said: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("requestfailed", lambda request: said.append(request.url))
        page.goto(f"{address}/api/v1/docs")
        page.wait_for_selector(".opblock")
        paths = page.request.get(f"{address}/api/v1/openapi.json").json()["paths"]
        assert page.locator(".opblock").count() == sum(map(len, paths.values())) > 20
        assert page.locator(".errors-wrapper").count() == 0
        page.locator("#operations-offers-list_offers .opblock-summary-control").click()
        page.locator("button:has-text('Try it out')").click()
        page.locator("button.execute").click()
        answer = page.locator(".live-responses-table tbody")
        answer.get_by_text("200", exact=True).wait_for()
        assert "H100" in answer.inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert said == []
        browser.close()
