"""Production as Dockerfile and compose.yaml describe it, step by step, without Docker."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import psycopg
import pytest
import yaml
from psycopg import sql

from advisor.web.healthcheck import healthy
from tests.conftest import require
from tests.processes import ROOT, environment, free_port, manage, running, wait_for
from tests.services.test_postgresql import SERVER

pytestmark = pytest.mark.postgres
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def served_command(port: int) -> list[str]:
    """The image's command, at another address."""
    listed = re.findall(r"^CMD (\[.*?\])$", DOCKERFILE.replace("\\\n", ""), flags=re.MULTILINE)[-1]
    program, *words = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in json.loads(listed)]
    return [str(Path(sys.executable).parent / program), *words]


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    require("postgresql")
    folder = tmp_path_factory.mktemp("production")
    name = f"quartermaster_production_{os.getpid()}"
    given = {
        "ADVISOR_MODE": "production",
        "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcdefghij",
        "ALLOWED_HOSTS": ".quartermaster.example",
        "BEHIND_PROXY": "1",
        "SITE_URL": "https://www.quartermaster.example",
        "DATABASE_URL": f"{SERVER}/{name}",
        "STATIC_ROOT": str(folder / "static"),
        "ADVISOR_HOME": str(folder / "home"),
    }
    with psycopg.connect(f"{SERVER}/postgres", autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield given
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def ask(port: int, path: str, **headers: str) -> HTTPResponse:
    connection = HTTPConnection("127.0.0.1", port, timeout=10)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers={"Host": "www.quartermaster.example"} | named)
    return connection.getresponse()


def test_the_image_serves_what_compose_starts(production: dict[str, str], tmp_path: Path) -> None:
    build = {name: value for name, value in production.items() if name not in ("DATABASE_URL", "SECRET_KEY")}
    assert manage("collectstatic", "--noinput", "-v0", SECRET_KEY="build-only", **build).returncode == 0
    prepared = subprocess.run(
        COMPOSE["services"]["migrate"]["command"],
        cwd=ROOT,
        env=environment(**production) | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert prepared.returncode == 0, prepared.stderr
    link = re.search(r"https://www\.quartermaster\.example(/sign-in/\S+)", prepared.stdout)
    assert link is not None
    port, log = free_port(), tmp_path / "log"
    with running(log, *served_command(port), **production):
        wait_for(lambda: healthy(port=port, name="quartermaster.example"), seconds=30, why=log.read_text)
        plain = ask(port, "/")
        assert (plain.status, plain.headers["Location"]) == (301, "https://www.quartermaster.example/")
        closed = ask(port, "/offers?q=H100:8", X_Forwarded_Proto="https")
        assert (closed.status, closed.headers["Location"]) == (302, "/sign-in?next=/offers%3Fq%3DH100%3A8")
        page = ask(port, link[1], X_Forwarded_Proto="https")
        html = page.read().decode()
        assert page.status == 200
        assert "Sign in as admin" in html
        assert page.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        assert "unsafe" not in page.headers["Content-Security-Policy"]
        cookie = page.headers["Set-Cookie"]
        assert all(word in cookie for word in ("csrftoken=", "Secure", "SameSite=Lax"))
        style = re.findall(r'href="(/static/advisor/site\.[0-9a-f]+\.css)"', html)
        assert len(style) == 1
        sheet = ask(port, style[0], X_Forwarded_Proto="https")
        assert sheet.status == 200
        assert "max-age=315360000" in sheet.headers["Cache-Control"]
        foreign = ask(port, "/", Host="evil.example", X_Forwarded_Proto="https")
        assert foreign.status == 400


def test_the_deployment_check_finds_nothing(production: dict[str, str]) -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **production)
    assert (done.returncode, done.stdout) == (0, "System check identified no issues (2 silenced).\n")


@pytest.mark.parametrize("missing", ["SECRET_KEY", "ALLOWED_HOSTS"])
def test_production_does_not_start_without_its_secret_and_its_name(
    production: dict[str, str], missing: str
) -> None:
    given = {name: value for name, value in production.items() if name != missing}
    done = manage("check", "--deploy", "--fail-level", "WARNING", **given)
    assert done.returncode != 0
    assert missing in done.stderr


def test_every_service_has_a_health_check_and_waits_for_what_it_needs() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"migrate", "web", "worker", "beat", "postgres", "redis"}
    assert "HEALTHCHECK" in DOCKERFILE
    for name in ("worker", "beat", "postgres", "redis"):
        assert services[name]["healthcheck"]["test"]
    for name in ("web", "worker", "beat"):
        assert set(services[name]["depends_on"]) == {"migrate", "redis"}


def test_no_secret_has_a_default_and_the_image_does_not_run_as_root() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert "${SECRET_KEY:?" in text
    assert not re.search(r"\$\{(SECRET_KEY|POSTGRES_PASSWORD)(:-|\})", text)
    users = re.findall(r"^USER (\S+)", DOCKERFILE, flags=re.MULTILINE)
    assert users == ["quartermaster"]
    assert DOCKERFILE.index("USER quartermaster") < DOCKERFILE.index('CMD ["gunicorn"')


def test_everything_the_image_copies_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, flags=re.MULTILINE)
    names = [name for line in copied for name in line.split()[:-1]]
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []
