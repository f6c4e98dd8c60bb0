"""Bytes to text, with a plain word for the files people send by mistake."""

from codecs import BOM_UTF8

from providers.errors import PriceFileError

MAX_BYTES = 256 * 2**20
"""Largest price file read, in bytes: about a million offers."""

_SIGNATURES = (
    (b"PK\x03\x04", "a spreadsheet or zip archive; save it as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old spreadsheet; save it as CSV"),
    (b"\x1f\x8b", "compressed with gzip; unpack it first"),
    (b"%PDF", "a PDF document; must be CSV"),
    (b"\xff\xfe", "UTF-16 text; save it as CSV in UTF-8"),
    (b"\xfe\xff", "UTF-16 text; save it as CSV in UTF-8"),
    (b"{", "JSON; must be CSV"),
    (b"[", "JSON; must be CSV"),
    (b"<", "a web page or XML; must be CSV"),
)


def decode(data: bytes, *, source: str) -> str:
    """UTF-8 text without its byte order mark; raises `PriceFileError` for anything else."""
    if len(data) > MAX_BYTES:
        raise PriceFileError(f"{source}: too large; a price file has at most {MAX_BYTES} bytes")
    start = data[:100].removeprefix(BOM_UTF8).lstrip()
    for signature, what in _SIGNATURES:
        if start.startswith(signature):
            raise PriceFileError(f"{source}: this is {what}")
    if (position := data.find(b"\x00")) >= 0:
        raise PriceFileError(f"{source}: byte {position} is NUL: binary data; must be CSV text in UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise PriceFileError(
            f"{source}: line {line}: byte 0x{data[error.start]:02X} is not UTF-8; must be CSV in UTF-8"
        ) from None
