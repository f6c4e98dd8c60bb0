"""AWS's documents as streams of bytes, and what damage in them is called."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import ijson  # type: ignore[import-untyped]  # ships no types

from providers.base import Document
from providers.errors import SourceFormatChanged
from providers.text import shown

BUFFER_BYTES = 1024**2
# A number of thousands of digits makes ijson's parser in C raise SystemError.
_DAMAGE = (ijson.JSONError, ValueError, ArithmeticError, RecursionError, SystemError)


def named(document: Document) -> str:
    """The document's name, fit to print."""
    return shown(document.name, limit=200) or "document"


@contextmanager
def opened(document: Document) -> Iterator[BinaryIO]:
    """The document's bytes, after a byte order mark."""
    with document.open() as stream:
        if stream.read(3) == b"\xef\xbb\xbf":
            yield stream
            return
    with document.open() as stream:
        yield stream


class _Shallow:
    """A stream of JSON that raises ValueError where ijson's parser in C would not come back.

    It keeps the path of every level, so memory grows with the square of the depth; and it crashes on whole
    numbers of more than 4,300 digits, for which Python makes no int. Brackets are counted in slices, those
    within texts too: they come in pairs, and the bound leaves room. Of more than 2,048 digits in a row some
    slice of 1,024 holds nothing else.
    """

    _SLICE = 4096
    _DIGITS = 1024
    _DEEPEST = 4000

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._depth = 0

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        for start in range(0, len(data) - self._DIGITS + 1, self._DIGITS):
            if 48 <= data[start] <= 57 and data[start : start + self._DIGITS].isdigit():
                raise ValueError("a number of thousands of digits")
        for start in range(0, len(data), self._SLICE):
            part = data[start : start + self._SLICE]
            opened = part.count(b"[") + part.count(b"{")
            self._depth = max(0, self._depth + opened - part.count(b"]") - part.count(b"}"))
            if self._depth > self._DEEPEST:
                raise ValueError("nested too deep")
        return data


@contextmanager
def json_of(document: Document) -> Iterator[_Shallow]:
    """The document's JSON; what damage makes the parser raise becomes SourceFormatChanged."""
    try:
        with opened(document) as stream:
            yield _Shallow(stream)
    except _DAMAGE:
        raise SourceFormatChanged(f"{named(document)}: no complete JSON: cut off or damaged") from None
