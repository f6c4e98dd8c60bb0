"""One table as an XLSX file: figures as numbers, text as text, the titles kept in sight."""

import io
import zipfile
from collections.abc import Sequence
from xml.sax.saxutils import escape

from advisor.csv_cells import Cell

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DOCUMENT = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_LONGEST_TEXT = 32_767  # characters a cell of a spreadsheet holds
_SAME_TIME = (1980, 1, 1, 0, 0, 0)  # the same table gives the same bytes


def workbook(title: str, rows: Sequence[Sequence[Cell]]) -> bytes:
    """The bytes of a file with one sheet; its first row are titles. Cells without a value are left out."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/></Types>',
        "_rels/.rels": _relation("officeDocument", "xl/workbook.xml"),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_DOCUMENT}"><sheets>'
        f'<sheet name="{escape(title[:31])}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": _relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": _sheet(rows),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(zipfile.ZipInfo(name, _SAME_TIME), _HEAD + text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _relation(kind: str, target: str) -> str:
    return (
        f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_DOCUMENT}/{kind}" Target="{target}"/></Relationships>'
    )


def _sheet(rows: Sequence[Sequence[Cell]]) -> str:
    pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    views = f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    lines = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
    return f'<worksheet xmlns="{_MAIN}">{views}<sheetData>{lines}</sheetData></worksheet>'


def _cell(value: Cell) -> str:
    """Cells come in their order, so that even an empty one has its place."""
    if value is None:
        return "<c/>"
    if isinstance(value, str):
        kept = "".join(c for c in value[:_LONGEST_TEXT] if c.isprintable() or c in "\t\n")
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(kept)}</t></is></c>'
    return f"<c><v>{value!r}</v></c>"
