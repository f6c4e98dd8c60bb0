"""Typed readers of environment variables. An error names the variable and what would be right."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


def env_text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_list(name: str, default: str = "") -> list[str]:
    """Comma-separated values, empty parts dropped."""
    return [part.strip() for part in env_text(name, default).split(",") if part.strip()]


def env_bool(name: str, *, default: bool) -> bool:
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r}: write 1 or 0")


def env_int(name: str, *, default: int, minimum: int = 0, maximum: int | None = None) -> int:
    raw = env_text(name)
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={raw!r}: write a whole number, for example {default}") from None
    if value < minimum or (maximum is not None and value > maximum):
        upper = "" if maximum is None else f" and at most {maximum}"
        raise ImproperlyConfigured(f"{name}={raw}: must be at least {minimum}{upper}")
    return value


def env_path(name: str, default: Path) -> Path:
    raw = env_text(name)
    return Path(raw).expanduser().resolve() if raw else default


def env_secret(name: str) -> str:
    """A secret from `NAME`, or from the file named by `NAME_FILE` (as container platforms hand them over).

    Empty when neither is set: Django then refuses the first use instead of running on a known secret.
    """
    value = env_text(name)
    if value:
        return value
    file_name = env_text(f"{name}_FILE")
    if not file_name:
        return ""
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={file_name}: cannot be read: {error.strerror}") from error


def package_folder(name: str) -> Path:
    """Where a package is installed, found without importing it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ImproperlyConfigured(f"the package {name} is not installed: run `make setup`")
    return Path(spec.origin).parent


def database_from_url(url: str) -> dict[str, Any]:
    """Django's database entry for a `postgres://` or `sqlite:///` address."""
    import environ  # only production pays for this import

    advice = "DATABASE_URL: write postgres://USER:PASSWORD@HOST:5432/NAME"  # the value may hold a password
    if url.partition("://")[0] not in ("postgres", "postgresql", "sqlite"):
        raise ImproperlyConfigured(advice)
    try:
        entry: dict[str, Any] = environ.Env.db_url_config(url)
    except (KeyError, ValueError) as error:
        raise ImproperlyConfigured(advice) from error
    return entry
