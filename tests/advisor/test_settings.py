"""Settings: what production demands, what the embedded mode may leave out, and who says what is missing."""

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from advisor import env
from tests.processes import manage

SECRET = "k3-" + "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
PRODUCTION = {
    "ADVISOR_MODE": "production",
    "DATABASE_URL": "postgres://quartermaster:p%40ss@db.example:5433/prices",
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "quartermaster.example",
}
WHOLE_DOMAIN = {"SECURE_HSTS_INCLUDE_SUBDOMAINS": "1", "SECURE_HSTS_PRELOAD": "1"}


def setting(name: str, **environment: str) -> str:
    code = f"from django.conf import settings; print(settings.{name})"
    done = manage("shell", "--no-imports", "-c", code, **environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_production_passes_the_deployment_check_without_a_warning() -> None:
    for given in ({}, WHOLE_DOMAIN):
        done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, **given)
        assert done.returncode == 0, done.stderr
        assert "no issues" in done.stdout


def test_hosts_that_are_not_ours_are_bound_to_tls_only_when_asked() -> None:
    names = list(WHOLE_DOMAIN)
    for given, expected in (({}, "False"), (WHOLE_DOMAIN, "True")):
        assert [setting(name, **PRODUCTION, **given) for name in names] == [expected, expected]
    assert setting("SECURE_HSTS_SECONDS", **PRODUCTION) == "31536000"


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL"])
def test_the_deployment_check_names_what_is_missing(missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    done = manage("check", "--deploy", "--fail-level", "WARNING", **given)
    assert done.returncode == 1
    assert missing in done.stderr


def test_production_does_not_start_without_a_secret() -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}
    done = manage("shell", "--no-imports", "-c", "import advisor.wsgi", **given)
    assert done.returncode != 0
    assert "SECRET_KEY" in done.stderr


def test_the_embedded_mode_is_not_for_deployment(tmp_path: Path) -> None:
    done = manage("check", "--deploy", ADVISOR_HOME=str(tmp_path))
    assert done.returncode == 1
    assert "embedded mode" in done.stderr


def test_the_database_address_is_read_whole() -> None:
    assert setting("DATABASES['default']['PASSWORD']", **PRODUCTION) == "p@ss"
    assert setting("DATABASES['default']['PORT']", **PRODUCTION) == "5433"


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(SECRET + "\n")
    given = {name: value for name, value in PRODUCTION.items() if name != "SECRET_KEY"}
    assert setting("SECRET_KEY", SECRET_KEY_FILE=str(file), **given) == SECRET


def test_a_wrong_mode_is_named() -> None:
    done = manage("check", ADVISOR_MODE="prod")
    assert done.returncode != 0
    assert "ADVISOR_MODE='prod': write embedded or production" in done.stderr


def test_a_missing_database_is_said_in_one_line_with_the_way_out(tmp_path: Path) -> None:
    done = manage("cheapest", "H100", ADVISOR_HOME=str(tmp_path / "home"))
    assert done.returncode == 3
    assert done.stderr.splitlines() == [
        f"There is no database at {tmp_path}/home/quartermaster.sqlite3.",
        "  Run `python manage.py prepare` (or `make run`, which does it).",
    ]
    assert not (tmp_path / "home" / "quartermaster.sqlite3").exists()


def test_a_database_without_tables_is_said_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "quartermaster.sqlite3").touch()
    done = manage("cheapest", "H100", ADVISOR_HOME=str(tmp_path))
    assert done.returncode == 3
    assert "has not been prepared" in done.stderr.splitlines()[0]
    assert "python manage.py prepare" in done.stderr


@pytest.mark.parametrize("words", [["migrate"], ["import_prices"], ["export_prices"]])
def test_a_database_that_cannot_be_opened_ends_with_three_and_no_traceback(
    tmp_path: Path, words: list[str]
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    done = manage(*words, ADVISOR_HOME=str(blocked / "home"))
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "database" in done.stderr.splitlines()[0]


def test_a_server_that_is_away_ends_with_three_and_no_traceback() -> None:
    given = PRODUCTION | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    done = manage("cheapest", "H100", **given)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("The database cannot be used")


def test_up_is_refused_in_production() -> None:
    done = manage("up", **PRODUCTION)
    assert done.returncode == 2
    assert done.stderr.startswith("`up` is the embedded mode")


@pytest.mark.parametrize(
    ("raw", "message"),
    [("many", "PORT='many': write a whole number, for example 8000"), ("0", "PORT=0: must be at least 1")],
)
def test_a_number_that_is_none_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, raw: str, message: str
) -> None:
    monkeypatch.setenv("PORT", raw)
    with pytest.raises(ImproperlyConfigured) as caught:
        env.env_int("PORT", default=8000, minimum=1, maximum=65535)
    assert message in str(caught.value)


def test_yes_and_no_are_read_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for raw, value in (("1", True), ("Yes", True), ("off", False), ("", False)):
        monkeypatch.setenv("DEBUG", raw)
        assert env.env_bool("DEBUG", default=not value) is value
    monkeypatch.setenv("DEBUG", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="DEBUG='perhaps': write 1 or 0"):
        env.env_bool("DEBUG", default=False)


@pytest.mark.parametrize("url", ["nonsense", "mysterydb://host/x", "postgres://host:port/x"])
def test_a_database_address_that_is_none_says_how_to_write_one(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="write postgres://USER:PASSWORD@HOST:5432/NAME"):
        env.database_from_url(url)


def test_a_secret_file_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SECRET_KEY", raising=False)
    monkeypatch.setenv("SECRET_KEY_FILE", "/nowhere/key")
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY_FILE=/nowhere/key: cannot be read"):
        env.env_secret("SECRET_KEY")


def test_cheapest_loads_neither_solver_nor_worker() -> None:
    # these would cost more time than the search itself
    code = (
        "import sys\nfrom django.core.management import load_command_class\n"
        "load_command_class('advisor', 'cheapest')\n"
        "heavy = {'numpy', 'pulp', 'highspy', 'gunicorn', 'environ', 'redis', 'pydantic', 'ninja'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = manage("shell", "--no-imports", "-c", code)
    assert done.stdout.strip() == "[]", done.stderr
