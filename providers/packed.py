"""Replies that were kept as they came over the wire: packed with gzip, and read as if they were not."""

import gzip
import zlib
from typing import BinaryIO

from providers.errors import SourceFormatChanged

_MAGIC = b"\x1f\x8b"


class _Unpacked(gzip.GzipFile):
    """Unpacks while it is read, so no more is in memory than the reader asks for."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__(fileobj=stream, mode="rb")
        self._packed = stream
        self._said = f"{name}: packed with gzip, and cut off or damaged"

    def read(self, size: int | None = -1) -> bytes:
        try:
            return super().read(size)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise SourceFormatChanged(self._said) from None

    def read1(self, size: int = -1) -> bytes:
        try:
            return super().read1(size)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise SourceFormatChanged(self._said) from None

    def close(self) -> None:
        super().close()
        self._packed.close()


def unpacked(stream: BinaryIO, name: str) -> BinaryIO:
    """The stream from its beginning, unpacked if it is packed with gzip; `name` is for messages."""
    packed = stream.read(len(_MAGIC)) == _MAGIC
    stream.seek(0)
    return _Unpacked(stream, name) if packed else stream  # type: ignore[return-value]  # a BinaryIO in all but name
