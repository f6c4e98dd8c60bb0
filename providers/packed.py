"""Replies as they were kept: packed with gzip or saved as UTF-16, and read as if they were neither."""

import codecs
import gzip
import io
import zlib
from typing import TYPE_CHECKING, BinaryIO, cast

from providers.errors import SourceFormatChanged

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_MAGIC = b"\x1f\x8b"
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_CHUNK = 64 * 1024


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


class _FromUtf16(io.RawIOBase):
    """UTF-16 as UTF-8, a piece at a time: spreadsheets and Windows shells save replies so."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        super().__init__()
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-16")()
        self._said = f"{name}: saved as UTF-16, and cut off or damaged"
        self._ready = b""
        self._ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        while not self._ready and not self._ended:
            data = self._stream.read(_CHUNK)
            self._ended = not data
            try:
                self._ready = self._decoder.decode(data, final=self._ended).encode()
            except UnicodeError:
                raise SourceFormatChanged(self._said) from None
        target = memoryview(buffer)
        part, self._ready = self._ready[: target.nbytes], self._ready[target.nbytes :]
        target[: len(part)] = part
        return len(part)

    def close(self) -> None:
        super().close()
        self._stream.close()


def unpacked(stream: BinaryIO, name: str) -> BinaryIO:
    """The stream from its beginning, without gzip and UTF-16 if it came so; `name` is for messages."""
    start = _start(stream)
    if start == _MAGIC:
        stream = cast(BinaryIO, _Unpacked(stream, name))  # one in all but name
        try:
            start = _start(stream)
        except SourceFormatChanged:
            stream.close()
            raise
    return io.BufferedReader(_FromUtf16(stream, name)) if start in _UTF_16 else stream


def _start(stream: BinaryIO) -> bytes:
    start = stream.read(len(_MAGIC))
    stream.seek(0)
    return start
