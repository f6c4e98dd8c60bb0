"""What all tests share. No test reaches beyond this machine."""

import os
import socket
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import settings as trials

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
CHROMIUM = next((p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), "")


def pytest_configure() -> None:
    """No secret has a default: tests bring their own. A busy machine breaks no property."""
    trials.register_profile("patient", deadline=None)
    trials.load_profile("patient")
    settings.SECRET_KEY = "only-for-tests-only-for-tests-only-for-tests-only-for-tests"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that start servers first: they take longest, and no worker should be left alone with them."""
    items.sort(key=lambda item: "services" not in Path(item.path).parts)


def require(what: str) -> None:
    """Skip, loudly, a test whose helper is not here; under REQUIRE_ALL=1 (as in CI) fail instead."""
    if _PRESENT[what]():
        return
    message = f"{what} is not available on this machine"
    if REQUIRE_ALL:
        pytest.fail(message)
    pytest.skip(message)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


_PRESENT = {
    "chromium": lambda: bool(CHROMIUM),
    "postgresql": lambda: _listens(5432),
    "redis": lambda: _listens(6379),
}
