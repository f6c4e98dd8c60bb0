"""`make screenshots`: every page as people see it, wide and narrow, light and dark, to be looked at.

All go to var/screenshots; those the documents show go to docs/images too.
"""

import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic, sleep

from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS
from tests.conftest import CHROMIUM
from tests.processes import ROOT, free_port, running, wait_for

SHOTS = ROOT / "var" / "screenshots"
IMAGES = ROOT / "docs" / "images"
DOCUMENTED = {"run-rich": "recommendation.png", "offers": "offers.png", "plan": "plan.png"}
WIDTHS = (1440, 390)
DOCUMENT_SIZE = FloatRect(x=0, y=0, width=WIDTHS[0], height=860)
SCHEMES = ("light", "dark")
BROKEN = "schema: 1\nname: With mistakes\nstart: 2027-01\nmonths: twelve\nworkloads:\n  - {name: chat}\n"


def main() -> int:
    if not CHROMIUM:
        print("Chromium is not here: install the package chromium", file=sys.stderr)
        return 3
    SHOTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        home, port = Path(folder), free_port()
        log = home / "log"
        command = (sys.executable, "manage.py", "up")
        with running(log, *command, ADVISOR_HOME=str(home / "var"), PORT=str(port)):
            wait_for(lambda: "Serving at" in log.read_text(), seconds=120, why=log.read_text)
            link = re.search(r"http://\S+/sign-in/\S+", log.read_text())
            if link is None:
                raise RuntimeError(log.read_text())
            browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            written = list(_all(browser, f"http://127.0.0.1:{port}", link[0]))
            browser.close()
    print(f"{len(written)} pictures in {SHOTS.relative_to(ROOT)}")
    return 0


def _all(browser: Browser, address: str, link: str) -> Iterator[Path]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    page.goto(link)
    yield from _shots(page, "sign-in-once")
    page.get_by_role("button", name=re.compile("Sign in as")).click()
    for name, path in _pages(page, address):
        page.goto(address + path)
        yield from _shots(page, name)


def _pages(page: Page, address: str) -> Iterator[tuple[str, str]]:
    """Names and paths; what must exist first is made on the way."""
    page.goto(address + "/runs/")
    first = _path_of(page, "/runs/[0-9a-f-]{36}")
    _until_solved(page, address + first)
    yield "home", "/"
    yield "offers", "/offers?q=H100:8&residency=EU"
    yield "offers-empty", "/offers?q=H100:8&max_price=1"
    yield "offer", "/offer?id=aws/eu-north-1/p5.48xlarge/on_demand"
    yield "sources", "/sources"
    yield "quarantine", "/sources/quarantine"
    yield "price-book", "/price-book/"
    yield "breakeven", "/breakeven"
    yield "breakeven-problem", "/breakeven?capex=much&price1=0"
    yield "run", first
    page.goto(address + "/plans/")
    plan = _path_of(page, "/plans/[0-9a-f-]{36}")
    yield "plans", "/plans/"
    yield "plan-new", "/plans/new"
    yield "plan-help", "/plans/help"
    yield "plan", plan
    _save(page, address + plan, lambda text: text.replace("peak: 9000", "peak: 12000"))
    yield "plan-versions", f"{plan}/versions?from=1&to=2"
    page.goto(address + plan)
    page.get_by_role("button", name="Solve", exact=True).click()
    page.wait_for_url("**/runs/*")
    second = page.url.removeprefix(address)
    yield "run-open", second
    _until_solved(page, page.url)
    yield "runs", "/runs/"
    yield "compare", f"/runs/compare?a={first.rpartition('/')[2]}&b={second.rpartition('/')[2]}"
    _save(page, address + plan, lambda _text: BROKEN)
    yield "plan-problems", plan
    yield "run-rich", _solved_example(page, address, "build-or-rent")
    yield "sweeps", "/sweeps/"
    yield from _sweeps(page, address, plan)
    yield "account", "/account/"
    yield "admin", "/admin/"
    yield "admin-jobs", "/admin/advisor/job/"
    yield "api-docs", "/api/v1/docs"
    yield "missing", "/nowhere"


def _solved_example(page: Page, address: str, slug: str) -> str:
    """The path of a solved run of an example."""
    page.goto(f"{address}/plans/new?example={slug}")
    page.get_by_role("button", name="Save and solve").click()
    page.wait_for_url("**/runs/*")
    _until_solved(page, page.url)
    return page.url.removeprefix(address)


def _sweeps(page: Page, address: str, plan: str) -> Iterator[tuple[str, str]]:
    """The form of each kind of sweep, and one that is done."""
    name = plan.rpartition("/")[2]
    for kind in ("monte_carlo", "comparison", "sensitivity"):
        yield f"sweep-new-{kind}", f"/sweeps/new?plan={name}&version=1&kind={kind}"
    page.get_by_role("button", name="Start the sweep").click()
    page.wait_for_url(re.compile("/sweeps/[0-9a-f-]{36}"))
    page.get_by_role("link", name="XLSX").wait_for(timeout=240_000)
    yield "sweep", page.url.removeprefix(address)


def _path_of(page: Page, pattern: str) -> str:
    found = re.search(f'href="({pattern})"', page.content())
    if found is None:
        raise RuntimeError(f"{page.url} links to nothing like {pattern}")
    return found[1]


def _until_solved(page: Page, address: str) -> None:
    until = monotonic() + 240
    while not page.goto(address) or not page.get_by_text("Result as JSON").count():
        if monotonic() > until:
            raise RuntimeError("the run does not end")
        sleep(1)


def _save(page: Page, address: str, change: Callable[[str], str]) -> None:
    """Change the text of a plan as a browser without scripts does."""
    context = page.context.browser.new_context(  # type: ignore[union-attr]  # launched above
        java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto(address)
    field = plain.locator("textarea[name=text]")
    field.fill(change(field.input_value()))
    plain.get_by_role("button", name="Save", exact=True).click()
    context.close()


def _shots(page: Page, name: str) -> Iterator[Path]:
    for scheme in SCHEMES:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 1000})
            sleep(1.5)  # charts draw themselves anew
            file = SHOTS / f"{name}-{width}-{scheme}.png"
            page.screenshot(path=file, full_page=True)
            yield file
            if name in DOCUMENTED and (scheme, width) == ("light", WIDTHS[0]):
                page.screenshot(path=IMAGES / DOCUMENTED[name], clip=DOCUMENT_SIZE)


if __name__ == "__main__":
    sys.exit(main())
