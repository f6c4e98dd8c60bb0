"""What the first visitor of a process should not have to wait for."""

import logging

from django.db import DatabaseError, connection
from django.urls import get_resolver

from advisor.catalog.snapshot import current_snapshot
from advisor.errors import AdvisorError

log = logging.getLogger(__name__)


def warm() -> bool:
    """Import the pages and read the catalogue; False where there is none yet, which stops nobody."""
    get_resolver().url_patterns  # noqa: B018  reading it imports every page
    try:
        current_snapshot()
    except (AdvisorError, DatabaseError) as error:
        log.info("the catalogue is read by its first visitor: %s", error)
        return False
    finally:
        connection.close()
    return True
