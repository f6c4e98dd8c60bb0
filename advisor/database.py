"""What is wrong with the database, said plainly."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import OperationalError, ProgrammingError, connection

from advisor.errors import AdvisorError, DatabaseUnavailable

MIGRATE = "Run `python manage.py prepare` (or `make run`, which does it)."


def translate(error: Exception) -> AdvisorError:
    """Errors of lower layers in our words."""
    if isinstance(error, OperationalError | ProgrammingError):
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        if "no such table" in text or "does not exist" in text or "no such column" in text:
            return DatabaseUnavailable(f"The database has not been prepared: {text}.", [MIGRATE])
        return DatabaseUnavailable(f"The database cannot be used: {text}.")
    return AdvisorError(str(error) or type(error).__name__)


@contextmanager
def without_waiting() -> Iterator[None]:
    """Around a write that may as well be left out: where the database is busy, it is.

    Only SQLite makes writers wait for each other; other errors come out.
    """
    if connection.vendor != "sqlite":
        yield
        return
    seconds = connection.settings_dict.get("OPTIONS", {}).get("timeout", 5)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            yield
        except OperationalError as error:
            if "locked" not in str(error):
                raise
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {int(seconds * 1000)}")


def require_database() -> None:
    """Refuse a database file that is not there: SQLite would create an empty one on the first question."""
    if connection.vendor != "sqlite":
        return
    name = str(connection.settings_dict["NAME"])
    if "memory" in name or Path(name).is_file():
        return
    raise DatabaseUnavailable(f"There is no database at {name}.", [MIGRATE])


def database_files() -> list[Path]:
    """The file of an SQLite database and those it keeps beside it; none for a server."""
    if connection.vendor != "sqlite":
        return []
    name = str(connection.settings_dict["NAME"])
    return [Path(name + ending) for ending in ("", "-wal", "-shm", "-journal")]
