"""Ids as they come from addresses."""

import uuid

from advisor.errors import NotFound


def as_uuid(text: object, otherwise: str) -> uuid.UUID:
    """The id; raises NotFound with the sentence given for what is none."""
    try:
        return text if isinstance(text, uuid.UUID) else uuid.UUID(str(text))
    except ValueError:
        raise NotFound(otherwise) from None
