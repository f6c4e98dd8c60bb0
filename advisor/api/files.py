"""Files that are sent: as the body, or as the part `file` of a form."""

from collections.abc import Sequence
from typing import Any, NoReturn

from django.http import HttpRequest

from advisor.api.errors import ApiError, Problem
from advisor.errors import BadInput
from providers.pricefile import RefusedRow

CSV = "text/csv"
_MULTIPART = "multipart/form-data"


def takes_file(about: str, types: Sequence[str] = (CSV,)) -> dict[str, Any]:
    """What the document says of an operation that is sent a file of one of these media types."""
    file = {"type": "string", "description": about}
    form = {"type": "object", "properties": {"file": file}, "required": ["file"]}
    bodies = {media_type: {"schema": file} for media_type in types}
    return {"requestBody": {"required": True, "content": {**bodies, _MULTIPART: {"schema": form}}}}


def sent_file(request: HttpRequest, most_bytes: int, types: Sequence[str] = (CSV,)) -> tuple[str, bytes]:
    """The file's name and its bytes."""
    if int(request.headers.get("Content-Length") or 0) > most_bytes + 2**20:  # a form adds a little
        _too_large(most_bytes)
    if request.content_type == _MULTIPART:
        file = request.FILES.get("file")
        if file is None:
            raise BadInput("file: the form holds no part of this name with a file", field="file")
        if (file.size or 0) > most_bytes:
            _too_large(most_bytes)
        return (file.name or "upload").replace("\0", "")[:190], file.read()
    if request.content_type not in types:
        raise ApiError(
            "unsupported_media_type",
            f"Send the file with Content-Type {' or '.join(types)}, or as the part `file` of "
            "multipart/form-data.",
        )
    data = request.read(most_bytes + 1)
    if len(data) > most_bytes:
        _too_large(most_bytes)
    return "api", data


def problem_of(row: RefusedRow) -> Problem:
    return Problem(path=row.field, line=row.line, value=row.value, message=row.reason)


def _too_large(most_bytes: int) -> NoReturn:
    raise ApiError("body_too_large", f"Such a file has at most {most_bytes // 2**20} MiB.")
