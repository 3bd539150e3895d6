"""All that a search found as a table: CSV as a Brazilian Excel opens it, or XLSX. Of any size, and on record (A3).

No cell is ever a formula: text that begins like one gets an apostrophe before it in CSV, and is typed as text in XLSX.
"""

import csv
import io
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, Final

import xlsxwriter

from printserver import audit
from printserver.audit import Registro
from printserver.clock import local
from printserver.consulta.filtros import Filtros, condicoes
from printserver.consulta.lista import Linha, todas
from printserver.errors import Recusa, entrada_invalida
from printserver.jobs.office import Office
from printserver.people import Autor
from printserver.selo import COMPONENTES, ler_matricula

FORMATOS: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
LINHAS_DA_PLANILHA: Final = 1_048_576  # Excel's own limit, with the heading
_PEDACO: Final = 64 * 1024
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|")
_ALGARISMOS_DO_EXCEL: Final = 15  # a longer number loses its end

# Money is whole centavos behind this mark, so that each format may write it in its own way.
Celula = str | bool | datetime | None


@dataclass(frozen=True, slots=True)
class Exportacao:
    """A table on its way: its name as a file, its media type, and its bytes in pieces, to be taken once."""

    arquivo: str
    tipo: str
    pedacos: Iterator[bytes]


def exportar(office: Office, autor: Autor, filtros: Filtros, formato: str) -> Exportacao:
    """Return all seals that pass `filtros` as `formato` (csv or xlsx). That it was asked for goes on record.

    Raises `Recusa` `entrada-invalida`, and `servidor-ocupado` while too many others are served already.
    """
    if formato not in FORMATOS:
        raise entrada_invalida("formato", f"um de: {', '.join(FORMATOS)}")
    where = condicoes(office, filtros)
    if not office.ouvintes.acquire(blocking=False):
        raise Recusa("servidor-ocupado", "Já há muitas exportações e esperas em andamento: tente de novo.")
    try:
        now = office.clock()
        what = {"formato": formato, "filtros": dict(filtros)}
        with office.db.write() as conn:
            who = (autor.pessoa, autor.sistema, autor.endereco)
            audit.escrever(conn, office.serventia_id, now, [Registro("exportacao", "selos", "pedida", *who, what)])
    except BaseException:
        office.ouvintes.release()
        raise
    pieces = (_csv if formato == "csv" else _xlsx)(todas(office, where))
    name = f"selos-{office.cns}-{local(now):%Y%m%d-%H%M}.{formato}"
    return Exportacao(name, FORMATOS[formato], _Ate(pieces, office.ouvintes.release))


class _Ate(Iterator[bytes]):
    """The pieces, and what is done when they are all taken, or nobody takes them any more."""

    def __init__(self, pieces: Iterator[bytes], ended: Callable[[], None]) -> None:
        self._pieces = pieces
        self._ended: Callable[[], None] | None = ended

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Called by the HTTP server at the end, whatever the end is."""
        if self._ended is not None:
            ended, self._ended = self._ended, None
            ended()


def _quando(moment: datetime | None) -> datetime | None:
    return None if moment is None else local(moment).replace(tzinfo=None, microsecond=0)


def _numero_longo(text: str | None) -> str | None:
    """Return a matrícula in the groups in which it is written; a spreadsheet would round 32 digits in a row."""
    try:
        m = ler_matricula(text or "")
    except ValueError:
        return text
    return " ".join((m.cns, m.acervo, m.servico, m.ano, m.tipo_do_livro, m.livro, m.folha, m.termo, str(m)[-2:]))


def _campo(name: str) -> Callable[[Linha], Celula]:
    return lambda row: row[name]


def _texto(name: str) -> Callable[[Linha], Celula]:
    return lambda row: _numero_longo(row[name])


def _componente(name: str) -> Callable[[Linha], int]:
    return lambda row: int(row["emolumentos"][name])


_TEXTOS: Final[Mapping[str, Callable[[Linha], Celula]]] = {
    "codigo": _campo("codigo"),
    "natureza": lambda row: str(row["natureza"]),
    "ato": _campo("ato"),
    "descricao": _campo("descricao"),
    "data": lambda row: f"{row['dia']:%d/%m/%Y}",
    "momento": lambda row: _quando(row["momento"]),
    "estado": _campo("estado"),
    "comunicado_em": lambda row: _quando(row["comunicado_em"]),
    "valido": _campo("vivo"),
    "isento": _campo("isento"),
    "motivo_isencao": _campo("motivo_isencao"),
}
_DINHEIRO: Final[Mapping[str, Callable[[Linha], int]]] = {
    **{f"emolumentos_{name}": _componente(name) for name in COMPONENTES},
    "total": lambda row: int(row["total_centavos"]),
}
_LUGAR: Final[Mapping[str, Callable[[Linha], Celula]]] = {
    "livro": _campo("livro"),
    "folha": _campo("folha_inicial"),
    "termo": _campo("termo"),
    "matricula": _texto("matricula"),
    "identificador": _texto("identificador"),
    "vinculador": _campo("vinculador"),
    "retifica": _campo("retifica"),
    "retificado_por": _campo("retificado_por"),
    "origem": _campo("origem"),
    "escrevente": _campo("escrevente"),
    "sistema": _campo("sistema"),
    "trabalho": _campo("job_id"),
}
COLUNAS: Final = (*_TEXTOS, *_DINHEIRO, *_LUGAR)


def _csv(rows: Iterator[Linha]) -> Iterator[bytes]:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(COLUNAS)
    for row in rows:
        writer.writerow(
            [
                *(_em_csv(read(row)) for read in _TEXTOS.values()),
                *(_reais(read(row)) for read in _DINHEIRO.values()),
                *(_em_csv(read(row)) for read in _LUGAR.values()),
            ]
        )
        if buffer.tell() >= _PEDACO:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _em_csv(value: Celula) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M:%S}"
    if value.startswith(_FORMULA) or (value.isdigit() and len(value) > _ALGARISMOS_DO_EXCEL):
        return f"'{value}"
    return value


def _reais(centavos: int) -> str:
    return f"{centavos // 100},{centavos % 100:02}"


def _xlsx(rows: Iterator[Linha]) -> Iterator[bytes]:
    """A workbook is a zip, whole before its first byte may go: it is made in a file, row by row, and sent then."""
    with tempfile.TemporaryFile() as file:
        _escrever(rows, file)
        file.seek(0)
        while piece := file.read(_PEDACO):
            yield piece


def _escrever(rows: Iterator[Linha], file: IO[bytes]) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    when = book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
    sheet, line = _folha(book, bold), 1
    for row in rows:
        if line == LINHAS_DA_PLANILHA:
            sheet, line = _folha(book, bold), 1
        column = 0
        for reads, write in ((_TEXTOS, _celula), (_DINHEIRO, None), (_LUGAR, _celula)):
            for read in reads.values():
                value: Any = read(row)
                if write is None:
                    sheet.write_number(line, column, value / 100, money)
                else:
                    write(sheet, line, column, value, when)
                column += 1
        line += 1
    book.close()


def _folha(book: Any, bold: Any) -> Any:
    sheet = book.add_worksheet()
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, len(COLUNAS) - 1, 16)
    for column, name in enumerate(COLUNAS):
        sheet.write_string(0, column, name, bold)
    return sheet


def _celula(sheet: Any, line: int, column: int, value: Celula, when: Any) -> None:
    if isinstance(value, datetime):
        sheet.write_datetime(line, column, value, when)
    elif isinstance(value, bool):
        sheet.write_string(line, column, "sim" if value else "não")
    elif value:
        sheet.write_string(line, column, value)
