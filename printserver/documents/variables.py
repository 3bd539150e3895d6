"""The variables `<Nome>` of an RTF body: which of them the server fills, and with what. The office edits the table."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from printserver.common import faults
from printserver.common.data import JsonView
from printserver.common.validation import portuguese
from printserver.documents.view import long_date
from printserver.errors import ConfigError

VARIABLES_FILE: Final = "variaveis.toml"
_SHIPPED: Final = Path(__file__).parent / VARIABLES_FILE

Source = Literal[
    "qr",
    "selo",
    "custas",
    "total",
    "selo_livro",
    "papel",
    "matricula",
    "livro",
    "folha",
    "titulo",
    "data",
    "hoje",
    "hoje_numeros",
    "serventia",
    "cns",
    "cidade",
    "uf",
    "oficial",
    "endereco",
    "subscritor",
    "cargo",
    "programa",
]
"""Where the value of a variable comes from; `programa`: from the program that prints."""


class _Ending(BaseModel):
    """The ending of a word by a person's sex, which the variable `de` gives."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    de: str
    masculino: str
    feminino: str


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    servidor: dict[str, Source] = {}
    terminacoes: dict[str, _Ending] = {}


@dataclass(frozen=True, slots=True)
class VariableTable:
    """Which variables the server fills, by name; `de_prefixo` by the beginning of the name. Immutable."""

    sources: Mapping[str, Source]
    endings: Mapping[str, _Ending]

    def source(self, name: str) -> Source:
        """Return the source of a variable: its own row, else that of the longest prefix that fits."""
        prefixes = (f"{name[:length]}*" for length in range(len(name), 0, -1))
        return next((self.sources[each] for each in (name, *prefixes) if each in self.sources), "programa")

    def ending(self, name: str, given: Mapping[str, str]) -> str | None:
        """Return the ending that the variable `name` stands for by the values that are given; None if it is none."""
        row = self.endings.get(name)
        sex = given.get(row.de, "").strip().upper()[:1] if row is not None else ""
        if row is None or sex not in ("M", "F"):
            return None
        return row.masculino if sex == "M" else row.feminino

    def endings_of(self, names: Iterable[str], given: Mapping[str, str]) -> dict[str, str]:
        """Return the endings among the variables `names` that have no value in `given`."""
        found = {name: self.ending(name, given) for name in names if name not in given}
        return {name: text for name, text in found.items() if text is not None}


def load_variables(instance: Path | None) -> VariableTable:
    """Return the shipped table with the rows of the office's own file. Raises `ConfigError` that names the file."""
    files = [_SHIPPED, *([instance / VARIABLES_FILE] if instance is not None else [])]
    read = [_read(path) for path in files if path.exists()]
    return VariableTable(
        {name: source for each in read for name, source in each.servidor.items()},
        {name: row for each in read for name, row in each.terminacoes.items()},
    )


def source_values(data: JsonView, marks: Mapping[str, str], today: date) -> dict[Source, str]:
    """Return the text of each source that a document has, from its template data and the values of its marks."""
    office = data["serventia"]
    book = data["instrumento"] or {}
    signer = data["subscritor"] or {}
    found: dict[Source, str | None] = {
        "custas": marks.get("CUSTAS"),
        "total": marks.get("TOTAL"),
        "selo_livro": marks.get("SELO_LIVRO"),
        "papel": marks.get("PAPEL"),
        "matricula": marks.get("MATRICULA"),
        "livro": book.get("livro"),
        "folha": book.get("folha_inicial"),
        "titulo": data["titulo"],
        "data": data["data"],
        "hoje": long_date(today),
        "hoje_numeros": f"{today:%d/%m/%Y}",
        "serventia": office["nome"],
        "cns": office["cns"],
        "cidade": office["cidade"],
        "uf": office["uf"],
        "oficial": office.get("oficial"),
        "endereco": office.get("endereco"),
        "subscritor": signer.get("nome"),
        "cargo": signer.get("papel"),
    }
    return {source: text for source, text in found.items() if text is not None}


def _read(path: Path) -> _File:
    try:
        return _File.model_validate(tomllib.loads(path.read_text("utf-8")))
    except OSError as error:
        raise ConfigError(f"{path}: não pode ser lido ({faults.of_os(error)})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: não é TOML válido em UTF-8: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        said = portuguese(first["type"], first.get("ctx", {}), {"extra_forbidden": "chave desconhecida"})
        raise ConfigError(f"{path}: {where}: {said or 'valor inválido'}") from error
