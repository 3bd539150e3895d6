"""Seals as a workbook (XLSX): a filterable table, and a sheet with period and sums.

Every cell has a type: text is text, dates are dates, money is a number.
"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any, Final

from printserver.search.columns import HEADINGS, READERS, Cell
from printserver.search.results import SearchRow
from printserver.selo import COMPONENTS, LABELS, from_centavos

_PIECE_BYTES: Final = 64 * 1024
_WIDTHS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("codigo", "vinculador", "retifica", "retificado_por"), 28),
    **dict.fromkeys(("descricao", "motivo_isencao", "identificador", "matricula", "escrevente_nome", "trabalho"), 34),
    **dict.fromkeys(("natureza", "ato", "valido", "isento", "livro", "folha", "termo"), 10),
    **dict.fromkeys(("momento", "comunicado_em"), 19),
    "estado": 22,
}
_DEFAULT_WIDTH: Final = 14
_HEADER_HEIGHT: Final = 48  # points: three lines
_SUMS: Final[Mapping[str, str]] = {**{f"emolumentos_{nome}": LABELS[nome] for nome in COMPONENTS}, "total": "Total"}


def write(rows: Iterator[SearchRow], summary: Sequence[tuple[str, str]], linhas: int) -> Iterator[bytes]:
    """Yield the workbook of `rows` in pieces; `summary` is written above the sums as (name, value).

    A sheet has up to `linhas` lines including its heading; further rows go on another sheet. A workbook is a zip that
    must be complete before it is sent: it is written to a file, row by row, and then read.
    """
    with tempfile.TemporaryFile() as file:
        _Livro(file).write(rows, summary, linhas)
        file.seek(0)
        while piece := file.read(_PIECE_BYTES):
            yield piece


class _Livro:
    """The workbook being written: its formats, and the sums of all seals and of the valid ones."""

    def __init__(self, file: IO[bytes]) -> None:
        import xlsxwriter  # slow to import, and seldom needed

        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(file, options)
        self.bold = self.book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.over = self.book.add_format({"bold": True, "align": "right"})  # heading of number columns
        self.money = self.book.add_format({"num_format": "#,##0.00"})
        self.day = self.book.add_format({"num_format": "dd/mm/yyyy"})
        self.when = self.book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
        self.sums = {"todos": Counter[str](), "validos": Counter[str]()}

    def write(self, rows: Iterator[SearchRow], summary: Sequence[tuple[str, str]], linhas: int) -> None:
        """Write the table, on further sheets if one is full, and then the sheet *Resumo*."""
        sheets, line = [self._folha("Selos")], 1
        for row in rows:
            if line == linhas:
                _filter(sheets[-1], line)
                sheets.append(self._folha(f"Selos {len(sheets) + 1}"))
                line = 1
            for column, read in enumerate(READERS[name] for name in HEADINGS):
                self._write_cell(sheets[-1], line, column, read(row))
            self._add(row)
            line += 1
        _filter(sheets[-1], line)
        self._summary(summary)
        self.book.close()

    def _folha(self, name: str) -> Any:
        sheet = self.book.add_worksheet(name)
        sheet.freeze_panes(1, 1)
        sheet.set_row(0, _HEADER_HEIGHT)
        for column, (field, head) in enumerate(HEADINGS.items()):
            sheet.set_column(column, column, _WIDTHS.get(field, _DEFAULT_WIDTH))
            sheet.write_string(0, column, head, self.bold)
        return sheet

    def _write_cell(self, sheet: Any, line: int, column: int, value: Cell) -> None:
        if isinstance(value, bool):
            sheet.write_string(line, column, "sim" if value else "não")
        elif isinstance(value, datetime):
            sheet.write_datetime(line, column, value, self.when)
        elif isinstance(value, date):
            sheet.write_datetime(line, column, value, self.day)
        elif isinstance(value, Decimal):
            sheet.write_number(line, column, float(value), self.money)
        elif value:
            sheet.write_string(line, column, value)

    def _add(self, row: SearchRow) -> None:
        sums = {"quantidade": 1, "isentos": int(row["isento"]), "total": row["total_centavos"]}
        sums |= {f"emolumentos_{name}": row["emolumentos"][name] for name in COMPONENTS}
        self.sums["todos"].update(sums)
        if row["vivo"]:
            self.sums["validos"].update(sums)

    def _summary(self, facts: Sequence[tuple[str, str]]) -> None:
        sheet = self.book.add_worksheet("Resumo")
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 2, 18)
        line = 0
        for name, text in facts:
            sheet.write_string(line, 0, name, self.bold)
            sheet.write_string(line, 1, text)
            line += 1
        line += 1
        for column, (head, style) in enumerate(
            (("Somas", self.bold), ("Todos os selos", self.over), ("Só os válidos", self.over))
        ):
            sheet.write_string(line, column, head, style)
        for name, head in (("quantidade", "Selos"), ("isentos", "Isentos"), *_SUMS.items()):
            line += 1
            sheet.write_string(line, 0, head)
            for column, sums in enumerate(self.sums.values(), 1):
                if name in _SUMS:
                    sheet.write_number(line, column, float(from_centavos(sums[name])), self.money)
                else:
                    sheet.write_number(line, column, sums[name])


def _filter(sheet: Any, lines: int) -> None:
    sheet.autofilter(0, 0, lines - 1, len(HEADINGS) - 1)
