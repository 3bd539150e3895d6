"""Reads format files: the office's (`INSTANCE/formatos/`) before the shipped ones. A changed file is a new version.

An error names file, key and allowed values. This module lays out nothing; `rendering.preview` draws a format.
"""

import hashlib
import re
import threading
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from printserver.common.data import JsonObject
from printserver.errors import ConfigError, Recusa
from printserver.formats import templates
from printserver.formats.block_layout import columns_of, compose
from printserver.formats.geometry import check_geometry, fixed_block_rectangle
from printserver.formats.kinds import FORMAT_KINDS
from printserver.formats.messages import error_list
from printserver.formats.model import FIELD_VARIABLES, Definition, Format
from printserver.formats.template_data import (
    SERVER_VARIABLES,
    complete,
    example_data,
    example_values,
)

PASTA: Final = Path(__file__).resolve().parent / "shipped"
OFFICE_FOLDER: Final = "formatos"
TEMPLATES_FOLDER: Final = "modelos"
NAME_PATTERN: Final = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
DEFAULTS: Final[Mapping[str, str]] = {kind: known.default for kind, known in FORMAT_KINDS.items()}
MARKS: Final = {
    "[[SELO_LIVRO]]": "1234561ES0000000000001268",
    "[[CUSTAS]]": "Tabelião R$ 55,70; Estado R$ 15,83; … Total R$ 95,12",
    "[[TOTAL]]": "R$ 95,12",
    "[[PAPEL]]": "A0000001",
}
"""Marks that a body of `texto` or `html` may contain (contract), each with an example."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    formato: Format
    assinatura: tuple[tuple[str, int, int], ...]  # path, mtime in ns and size of every source file


class Formats:
    """All formats of an office. Thread-safe. A changed file takes effect at the next use."""

    def __init__(self, instance_dir: Path | None) -> None:
        self._pasta = instance_dir / OFFICE_FOLDER if instance_dir else None
        self._loaded: dict[str, _Loaded] = {}
        self._lock = threading.Lock()

    def get(self, nome: str) -> Format:
        """Return the format `nome` from its current file.

        Raises `Recusa` `formato-desconhecido` if it does not exist, `ConfigError` if its file is invalid.
        """
        file = self._file_of(nome)
        if file is None:
            raise Recusa("formato-desconhecido", f'Não há formato "{nome}". Os que existem: {", ".join(self.names())}.')
        found = self._loaded.get(nome)
        if found is None or found.assinatura[0][0] != str(file) or not _unchanged(found.assinatura):
            found = _read(file)
            with self._lock:
                self._loaded[nome] = found
        return found.formato

    def names(self) -> list[str]:
        """Return the names of all formats, in order."""
        folders = [pasta for pasta in (self._pasta, PASTA) if pasta is not None and pasta.is_dir()]
        return sorted({file.stem for pasta in folders for file in pasta.glob("*.toml")})

    def default_name(self, kind: str) -> str:
        """Return the name of the default format of a format type."""
        return DEFAULTS[kind]

    def describe(self, nome: str) -> JsonObject:
        """Return the answer of `GET /api/v1/formatos/{nome}`, lengths in mm.

        For a block that follows the text, x and y are null and the height is that of the preview document.
        """
        page_format = self.get(nome)
        block, page, margens = page_format.bloco, page_format.pagina, page_format.margens
        if block.onde == "fim":
            composed = compose(page_format, example_values(page_format.tipo))
            place = {"x": None, "y": None, "largura": page_format.block_width, "altura": composed.altura}
        else:
            onde = fixed_block_rectangle(page_format)
            place = {"x": onde.x, "y": onde.y, "largura": onde.largura, "altura": onde.altura}
        return {
            "nome": page_format.nome,
            "tipo": page_format.tipo,
            "versao": page_format.versao,
            "descricao": page_format.descricao,
            "pagina": {"largura": page.largura, "altura": page.altura},
            "margens": {
                "esquerda": margens.esquerda,
                "direita": margens.direita,
                "superior": margens.superior,
                "inferior": margens.inferior,
                "espelhadas": margens.espelhadas,
            },
            "faces": page_format.faces,
            "bloco": {
                "onde": block.onde,
                **{key: value if value is None else round(value, 1) for key, value in place.items()},
                "qr": block.qr,
            },
            "imprime": list(page_format.imprime),
            "variaveis": list(_variables()),
        }

    def check_all(self) -> list[str]:
        """Return one line per error of all formats, the office's and the shipped ones."""
        findings: list[str] = []
        for nome in self.names():
            file = self._file_of(nome)
            findings += check(file) if file else [f'{nome}.toml: o nome "{nome}" não serve; {_ALLOWED_NAME}']
        return findings

    def _file_of(self, nome: str) -> Path | None:
        if not NAME_PATTERN.match(nome):
            return None
        for pasta in (self._pasta, PASTA):
            if pasta is not None and (file := pasta / f"{nome}.toml").is_file():
                return file
        return None


_ALLOWED_NAME: Final = "permitidas: letras minúsculas sem acento, algarismos e hífen"


def check(path: Path) -> list[str]:
    """Return the errors of one format file (Portuguese, one line per error); empty if it is valid."""
    try:
        page_format = _read(path).formato
        # the template must also accept a document without partes, data or pessoa
        for data in (example_data(page_format.tipo), {"tipo": page_format.tipo}):
            everything = {**complete(data), **SERVER_VARIABLES}
            html = templates.fill(page_format.pasta, page_format.template, everything, version=page_format.versao)
            for nome in ("corpo", "bloco"):
                if html.count(str(SERVER_VARIABLES[nome])) != 1:
                    raise ValueError(f"{page_format.template}: deve escrever {{{{ {nome} }}}} uma vez só")
        _check_height(page_format)
    except ConfigError as error:
        return str(error).splitlines()
    except ValueError as error:
        return [f"{path.name}: {error}"]
    return []


def read_format(path: Path) -> Format:
    """Return the format of one file; `ConfigError` names file, key and allowed values."""
    return _read(path).formato


def _check_height(page_format: Format) -> None:
    """Raise `ValueError` if a fixed block is too low for the lines and the QR of the example document."""
    height = page_format.bloco.altura
    if height is None:
        return
    needed = compose(page_format, example_values(page_format.tipo)).altura
    if needed > height + 0.05:
        raise ValueError(
            f"bloco.altura: {height} mm não comporta as linhas e o QR de um documento comum; no mínimo {needed:.1f} mm"
        )


def _read(file: Path) -> _Loaded:
    """Read one file and the templates that it names."""
    content = file.read_bytes()
    before = _mark(file)
    if not NAME_PATTERN.match(file.stem):
        raise ConfigError(f'{file.name}: o nome "{file.stem}" não serve; {_ALLOWED_NAME}')
    try:
        definicao = Definition.model_validate(tomllib.loads(content.decode()))
        check_geometry(definicao)
        columns_of(definicao)
        pasta = file.parent / TEMPLATES_FOLDER
        used_folder = str(pasta) if pasta.is_dir() else None
        digest = hashlib.sha256(content + templates.fingerprint(used_folder, definicao.template).encode())
        # the folders too: a new file of the office may take precedence over a shipped one
        folders = (file.parent, *((pasta,) if used_folder else ()))
        usados = (*folders, *templates.files(used_folder, definicao.template))
        marks = (before, *(_mark(used) for used in usados))
    except ValidationError as error:
        raise ConfigError("\n".join(f"{file.name}: {linha}" for linha in error_list(Definition, error))) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file.name}: não é um texto em UTF-8 (byte {error.start})") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file.name}: TOML inválido: {error}") from error
    except ValueError as error:
        raise ConfigError(f"{file.name}: {error}") from error
    version = digest.hexdigest()[:12]
    data = {nome: getattr(definicao, nome) for nome in Definition.model_fields}
    page_format = Format.model_construct(**data, nome=file.stem, versao=version, pasta=used_folder)
    return _Loaded(page_format, marks)


def _mark(file: Path) -> tuple[str, int, int]:
    file_stat = file.stat()
    return str(file), file_stat.st_mtime_ns, file_stat.st_size


def _unchanged(assinatura: tuple[tuple[str, int, int], ...]) -> bool:
    try:
        return all(_mark(Path(path)) == mark for mark in assinatura for path in mark[:1])
    except FileNotFoundError:
        return False


def _variables() -> Iterator[dict[str, str]]:
    yield from ({"nome": mark, "exemplo": exemplo} for mark, exemplo in MARKS.items())
    yield from ({"nome": f"{{{nome}}}", "exemplo": exemplo} for nome, exemplo in FIELD_VARIABLES.items())
