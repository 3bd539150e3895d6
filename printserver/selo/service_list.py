"""A list of services as a spreadsheet (CSV): written from the table, read, and compared with it before it is kept.

Read: columns by their Portuguese heads, parted by `;`, `,` or tab; UTF-8, UTF-16 or Windows-1252; with a decimal comma
or point. What is written is read again as no change.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from printserver.common.cells import mark, unmark
from printserver.common.text import capitalized, unaccented
from printserver.errors import Recusa, invalid_input
from printserver.selo.fees import COMPONENTS, LABELS, Emolumentos, WrongTotal
from printserver.selo.money import format_reais, read_reais
from printserver.selo.service_changes import MAX_TEXT, in_force
from printserver.selo.services import NAME_FORM, Service, ServiceTable

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_ROWS: Final = 1000
NATUREZAS: Final[Mapping[int, str]] = {1: "Notas", 2: "Registro Civil"}
HEADS: Final[Mapping[str, str]] = {
    "servico": "Serviço",
    "descricao": "Descrição",
    "natureza": "Natureza",
    "ano": "Ano",
    **LABELS,
    "tabeliao": "Tabelião ou oficial",
    "total": "Total",
    "a_confirmar": "A confirmar",
    "fonte": "Fonte",
}
_FIELD: Final = "arquivo"
# Other heads of the same columns, as `_plain` writes them.
_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "servico": ("nome", "nome_do_servico", "codigo", "codigo_do_servico"),
    "descricao": ("descricao_do_servico", "especificacao", "texto"),
    "natureza": ("especialidade",),
    "ano": ("ano_da_tabela",),
    "tabeliao": ("tabeliao", "oficial", "tabeliao_oficial", "ao_tabeliao", "ao_oficial", "emolumentos"),
    "estado": ("ao_estado",),
    "secretaria_fazenda": ("secretaria_fazenda", "sec_fazenda", "sec_da_fazenda", "fazenda", "ipesp"),
    "santa_casa": ("santas_casas", "a_santa_casa"),
    "registro_civil": ("reg_civil", "ao_registro_civil", "sinoreg"),
    "tribunal_justica": ("tribunal_justica", "trib_justica", "tj", "ao_tribunal_de_justica"),
    "iss": ("imposto_municipal", "imposto_ao_municipio", "municipio", "prefeitura"),
    "ministerio_publico": ("min_publico", "mp", "ao_ministerio_publico"),
    "total": ("valor_total", "valor"),
    "a_confirmar": ("por_conferir",),
    "fonte": ("origem",),
}
_NATUREZA_WORDS: Final[Mapping[str, int]] = {
    "1": 1,
    "notas": 1,
    "tabelionato_de_notas": 1,
    "1_notas": 1,
    "1_tabelionato_de_notas": 1,
    "2": 2,
    "registro_civil": 2,
    "civil": 2,
    "2_registro_civil": 2,
}
_TRUTH: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("sim", "s", "x", "true", "verdadeiro", "1"), True),
    **dict.fromkeys(("nao", "n", "false", "falso", "0"), False),
}
_DELIMITERS: Final = ";,\t"

Kind = Literal["novo", "mudado", "igual"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file: its head, and the head of the table that it is taken for; None: it is left out."""

    cabecalho: str
    campo: str | None


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a line, and what to do; `campo` is the head of the column, empty for the whole line."""

    linha: int
    servico: str
    campo: str
    mensagem: str


@dataclass(frozen=True, slots=True)
class ListRow:
    """A line of the file: its number, and its cells by field."""

    linha: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ServiceList:
    """A file as read: its columns, its lines, and those that have no form."""

    columns: Sequence[Column]
    rows: Sequence[ListRow]
    faults: Sequence[Fault]

    @property
    def fields(self) -> frozenset[str]:
        """The fields that have a column."""
        return frozenset(field for field, head in HEADS.items() if head in {each.campo for each in self.columns})


@dataclass(frozen=True, slots=True)
class Compared:
    """A line against the version that is in force on the day: `novo`, `mudado` or `igual`."""

    linha: int
    especie: Kind
    old: Service | None
    new: Service

    @property
    def percent(self) -> Decimal | None:
        """By how much the total changes, in percent; None where nothing was, or nothing is, to compare."""
        old = self.old.total if self.old is not None else None
        if not old or self.new.total is None:
            return None
        return ((self.new.total - old) * 100 / old).quantize(Decimal("0.1"))


def write_list(services: Iterable[Service]) -> str:
    """Return services as CSV, with `;` and a decimal comma, after the heads."""
    text = io.StringIO(newline="")
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(HEADS.values())
    for each in services:
        fees = each.emolumentos
        amounts = {name: "" if fees is None else _amount(getattr(fees, name)) for name in COMPONENTS}
        cells = {
            "servico": mark(each.nome),
            "descricao": mark(each.descricao),
            "natureza": NATUREZAS[each.natureza],
            "ano": str(each.ano),
            **amounts,
            "total": "" if each.total is None else _amount(each.total),
            "a_confirmar": "sim" if each.a_confirmar else "não",
            "fonte": mark(each.fonte),
        }
        rows.writerow(cells[field] for field in HEADS)
    return text.getvalue()


def read_list(content: bytes) -> ServiceList:
    """Read a file. Raises Recusa `entrada-invalida` if it is too large, no CSV, or lacks columns."""
    text = _decoded(content)
    lines = text.splitlines(keepends=True)
    skipped = 1 if lines and re.fullmatch(r'"?sep=.?"?\s*', lines[0], re.IGNORECASE) else 0
    text = "".join(lines[skipped:])
    delimiter = _delimiter(text)
    if delimiter is None:
        wanted = "Serviço, Descrição, Natureza, as oito parcelas e Total"
        raise invalid_input(_FIELD, f"a primeira linha não tem os nomes das colunas: {wanted}")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    heads = next(reader)
    columns = [Column(head.strip(), _field_of(head)) for head in heads]
    _check_columns(columns)
    rows, faults = list[ListRow](), list[Fault]()
    begin = reader.line_num + skipped
    try:
        for cells in reader:
            if len(rows) + len(faults) > MAX_ROWS:
                break
            number, begin = begin + 1, reader.line_num + skipped
            if not any(cell.strip() for cell in cells):
                continue
            found = {each.campo: cell.strip() for each, cell in zip(columns, cells, strict=False) if each.campo}
            if any(cell.strip() for cell in cells[len(columns) :]):
                name = unmark(found.get("servico", "") or found.get("descricao", ""))
                text = f"há {len(cells)} células, e {len(columns)} colunas: ponha entre aspas o que tem “{delimiter}”"
                faults.append(Fault(number, name[:60], "", text))
                continue
            rows.append(ListRow(number, found))
    except csv.Error:
        raise invalid_input(_FIELD, f"a linha {begin + 1} não se lê como CSV: confira as aspas") from None
    if len(rows) + len(faults) > MAX_ROWS:
        raise invalid_input(
            _FIELD, f"tem mais de {MAX_ROWS} linhas: uma tabela de serviços tem menos; confira o arquivo"
        )
    if not rows and not faults:
        raise invalid_input(_FIELD, "não tem nenhuma linha abaixo dos nomes das colunas")
    shown = [Column(each.cabecalho, HEADS[each.campo] if each.campo else None) for each in columns]
    return ServiceList(shown, rows, faults)


def compare(found: ServiceList, table: ServiceTable, day: date, source: str) -> tuple[list[Compared], list[Fault]]:
    """Return each good line as the version that it would be from `day` on, and the faults of the others.

    A service is found by its name, else by its description. `source` is where new values come from, without a column.
    """
    by_text = {_plain(version.descricao): name for name in table.names() for version in table.versions(name)[:1]}
    compared, faults, seen = [], list(found.faults), dict[str, int]()
    for row in found.rows:
        reader = _RowReader(row, found.fields, table, by_text, day, source)
        result = reader.read()
        if result is not None and (first := seen.setdefault(result.new.nome, row.linha)) != row.linha:
            reader.fault("servico", f"o serviço já está na linha {first}: deixe uma das duas")
        elif result is not None and not reader.faults:
            compared.append(result)
        faults += reader.faults
    return compared, sorted(faults, key=lambda each: each.linha)


class _RowReader:
    """Reads one line; what is wrong with it is collected in `faults`."""

    def __init__(
        self,
        row: ListRow,
        fields: frozenset[str],
        table: ServiceTable,
        by_text: Mapping[str, str],
        day: date,
        source: str,
    ) -> None:
        self.row, self.fields, self.table, self.by_text = row, fields, table, by_text
        self.day, self.source = day, source
        self.faults: list[Fault] = []

    def fault(self, field: str, text: str) -> None:
        name = self._text("servico") or self._text("descricao")
        self.faults.append(Fault(self.row.linha, name[:60], HEADS.get(field, ""), text))

    def read(self) -> Compared | None:
        name = self._name()
        versions = self.table.versions(name) if name else ()
        old = in_force(versions, self.day)
        old = None if old is not None and old.encerrado else old
        newest = next(iter(versions), None)
        natureza, fees, total = self._natureza(newest), self._fees(), self._total()
        ano, to_confirm = self._year(), self._to_confirm()
        if self.faults or name is None or natureza is None:
            return None
        total = fees.total if fees is not None else total
        same = old is not None and (old.emolumentos, old.total) == (fees, total)
        text = self._text("descricao") or (newest.descricao if newest else capitalized(name.replace("-", " ")))
        if len(text) > MAX_TEXT and (newest is None or text != newest.descricao):
            self.fault("descricao", f"tem mais de {MAX_TEXT} caracteres")
        source = self._text("fonte") if "fonte" in self.fields else old.fonte if old and same else self.source
        new = Service(
            nome=name,
            descricao=text,
            natureza=natureza,
            ano=ano if ano is not None else old.ano if old and same else self.day.year,
            emolumentos=fees,
            total=total,
            a_confirmar=to_confirm if to_confirm is not None else bool(old and same and old.a_confirmar),
            fonte=source,
            desde=self.day,
        )
        # where a value comes from is no change of it: by itself it makes no version
        equal = old is not None and replace(old, desde=self.day, fonte=new.fonte) == new
        kind: Kind = "novo" if old is None else "igual" if equal else "mudado"
        return None if self.faults else Compared(self.row.linha, kind, old, new)

    def _text(self, field: str) -> str:
        return unmark(self.row.cells.get(field, "")).strip()

    def _name(self) -> str | None:
        """Return the name of the service: one of the table, or a new one made of what stands there."""
        written, text = self._text("servico"), self._text("descricao")
        if self.table.versions(written):
            return written
        made = re.sub(r"[^a-z0-9]+", "-", unaccented(written or text)).strip("-")[:60].strip("-")
        if self.table.versions(made):
            return made
        for each in (written, text):
            if each and (known := self.by_text.get(_plain(each))):
                return known
        if not NAME_FORM.fullmatch(made):
            self.fault("servico", "falta o nome do serviço")
            return None
        return made

    def _natureza(self, newest: Service | None) -> int | None:
        cell = self._text("natureza")
        found = _NATUREZA_WORDS.get(_plain(cell))
        if cell and found is None:
            self.fault("natureza", f"{cell[:30]!r} não serve: escreva Notas ou Registro Civil")
        elif found is None and newest is None:
            self.fault("natureza", "o serviço é novo: escreva Notas ou Registro Civil")
        elif found is not None and newest is not None and found != newest.natureza:
            self.fault(
                "natureza", f"o serviço é de {NATUREZAS[newest.natureza]}: dê outro nome ao de {NATUREZAS[found]}"
            )
        return found or (newest.natureza if newest else None)

    def _amount(self, field: str) -> Decimal | None:
        try:
            return read_reais(self.row.cells.get(field, ""))
        except ValueError as error:
            self.fault(field, str(error))
            return None

    def _total(self) -> Decimal | None:
        return self._amount("total")

    def _fees(self) -> Emolumentos | None:
        """Return the components; None if the line has only a total. The total must be their sum (S9)."""
        before = len(self.faults)
        values = {name: self._amount(name) for name in COMPONENTS}
        if len(self.faults) > before:
            return None
        given = {name: value for name, value in values.items() if value is not None}
        if not given:
            if not self.row.cells.get("total", "").strip():
                self.fault("total", "não há valor nenhum: escreva as oito parcelas")
            return None
        if missing := [HEADS[name] for name in COMPONENTS if name not in given]:
            self.fault("", f"faltam parcelas ({', '.join(missing)}): zero se escreve 0,00")
            return None
        fees = Emolumentos(**given)
        if fees.isento_total:
            self.fault("", "todas as parcelas são zero: isento se diz no ato, não na tabela")
        try:
            total = read_reais(self.row.cells.get("total", ""))
            if total is not None:
                fees.check_total(total)
        except WrongTotal:
            assert total is not None
            sum_, said, off = (format_reais(each) for each in (fees.total, total, abs(fees.total - total)))
            self.fault(
                "total", f"as parcelas somam {sum_} e o total diz {said}: a diferença é de {off}. Corrija um deles"
            )
        except ValueError:
            pass  # said by `_total`
        return fees

    def _year(self) -> int | None:
        cell = self._text("ano")
        if not cell:
            return None
        if not (re.fullmatch(r"[0-9]{4}", cell) and 2000 <= int(cell) <= 2099):
            self.fault("ano", f"{cell[:30]!r} não é um ano de 2000 a 2099")
            return None
        return int(cell)

    def _to_confirm(self) -> bool | None:
        cell = self._text("a_confirmar")
        if not cell:
            return None
        found = _TRUTH.get(_plain(cell))
        if found is None:
            self.fault("a_confirmar", f"{cell[:30]!r} não serve: escreva sim ou não")
        return found


def _decoded(content: bytes) -> str:
    if len(content) > MAX_BYTES:
        raise invalid_input(_FIELD, f"tem mais de {MAX_BYTES // 1024 // 1024} MB: é mesmo a tabela de serviços?")
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise invalid_input(_FIELD, "é uma pasta de trabalho: no Excel ou LibreOffice, salve-a como CSV e mande o CSV")
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    codings = ["utf-16"] if wide else ["utf-8-sig", "cp1252"]
    for coding in codings:
        try:
            text = content.decode(coding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise invalid_input(_FIELD, "não é um texto que se leia: salve a tabela como CSV (UTF-8) e mande-a de novo")


def _delimiter(text: str) -> str | None:
    """Return the delimiter by which the first line has the most known heads; None if it has fewer than two."""
    counts = {}
    for each in _DELIMITERS:
        try:
            heads = next(csv.reader(io.StringIO(text, newline=""), delimiter=each), [])
        except csv.Error:
            continue
        counts[each] = sum(_field_of(head) is not None for head in heads)
    best = max(counts, key=lambda each: counts[each], default=None)
    return best if best is not None and counts[best] >= 2 else None


def _check_columns(columns: Sequence[Column]) -> None:
    """Raise Recusa `entrada-invalida` if a column is there twice or is missing."""
    fields = [each.campo for each in columns if each.campo is not None]
    for field in fields:
        if fields.count(field) > 1:
            heads = " e ".join(f"“{each.cabecalho}”" for each in columns if each.campo == field)
            raise invalid_input(_FIELD, f"as colunas {heads} dizem a mesma coisa ({HEADS[field]}): deixe uma")
    if "servico" not in fields and "descricao" not in fields:
        raise invalid_input(_FIELD, "falta a coluna Serviço")
    missing = [HEADS[name] for name in COMPONENTS if name not in fields]
    if missing and (len(missing) < len(COMPONENTS) or "total" not in fields):
        raise invalid_input(_FIELD, f"faltam colunas: {', '.join(missing)}. Se a parcela não existe, escreva 0,00")


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", unaccented(text)).strip("_")


_BY_HEAD: Final[Mapping[str, str]] = {
    **{_plain(head): field for field, head in HEADS.items()},
    **{head: field for field, heads in _ALSO.items() for head in (field, *heads)},
}


def _field_of(head: str) -> str | None:
    return _BY_HEAD.get(_plain(head.removeprefix("\ufeff")))


def _amount(value: Decimal) -> str:
    return f"{value:.2f}".replace(".", ",")


def unreadable(refusal: Recusa) -> bool:
    """Return whether the file could not be read at all."""
    return any(each.campo == _FIELD for each in refusal.errors)
