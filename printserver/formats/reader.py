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
from printserver.errors import BadField, ConfigError, Recusa
from printserver.formats import files, templates
from printserver.formats.block_layout import columns_of, compose
from printserver.formats.geometry import check_geometry, fixed_block_rectangle
from printserver.formats.kinds import FORMAT_KINDS
from printserver.formats.messages import WrongFormat, fault_of, faults_of
from printserver.formats.model import FIELD_VARIABLES, Definition, Format
from printserver.formats.template_data import (
    SERVER_VARIABLES,
    complete,
    example_data,
    example_values,
)

PASTA: Final = Path(__file__).resolve().parent / "shipped"
OFFICE_FOLDER: Final = "formatos"
NAME_PATTERN: Final = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")
DEFAULTS: Final[Mapping[str, str]] = {kind: known.default for kind, known in FORMAT_KINDS.items()}
MARKS: Final = {
    "[[SELO_LIVRO]]": "1234561ES0000000000001268",
    "[[CUSTAS]]": "Tabelião R$ 55,70; Estado R$ 15,83; … Total R$ 95,12",
    "[[TOTAL]]": "R$ 95,12",
    "[[PAPEL]]": "A0000001",
}
"""Marks that a body of `texto` or `html` may contain (contract), each with an example."""


_Mark = tuple[str, int, int, int, int]
"""Path, and mtime in ns, ctime in ns, size and inode of a file; zeros for one that is missing."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    formato: Format
    marks: tuple["_Mark", ...]  # of every file and folder that it was read from


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
        if found is None or found.marks[0][0] != str(file) or not _unchanged(found.marks):
            found = self._load(file, found)
            with self._lock:
                self._loaded[nome] = found
        return found.formato

    @property
    def folder(self) -> Path | None:
        """The office's folder of formats; it may not exist."""
        return self._pasta

    def is_own(self, nome: str) -> bool:
        """Return whether the office has a file of this format."""
        return self._pasta is not None and self._file_of(nome) == self._pasta / f"{nome}.toml"

    def is_shipped(self, nome: str) -> bool:
        """Return whether a format of this name comes with the program."""
        return bool(NAME_PATTERN.match(nome)) and (PASTA / f"{nome}.toml").is_file()

    def own_files(self, nome: str) -> dict[str, str]:
        """Return the office's files of a format: its own, and those of the templates that it uses.

        Empty for a format that only the program has. A file that is not UTF-8 stands with its letters replaced.
        """
        if self._pasta is None or not self.is_own(nome):
            return {}
        with files.reading(self._pasta):
            return self._own_files(nome, self._pasta)

    def _own_files(self, nome: str, folder: Path) -> dict[str, str]:
        path = f"{nome}.toml"
        try:
            content = (folder / path).read_bytes()
        except FileNotFoundError:
            return {}
        found = {path: content.decode(errors="replace").replace("\0", "\ufffd")}
        try:
            made_of = self.get(nome).modelos
        except ConfigError:
            made_of = _sources_of(found[path], self._find)
        for used in made_of:
            if (text := self._find(used)) is not None:
                found[f"{files.TEMPLATES_FOLDER}/{used}"] = text
        return found

    def shipped_file(self, nome: str) -> str:
        """Return the text of the file of a format that comes with the program."""
        return (PASTA / f"{nome}.toml").read_text("utf-8")

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

    def _load(self, file: Path, before: _Loaded | None) -> _Loaded:
        """Return the format of a file; the one that was loaded before, while somebody still writes."""
        with files.reading(self._pasta if file.parent == self._pasta else None) as whole:
            return before if before is not None and not whole else _read(file)

    def _find(self, nome: str) -> str | None:
        assert self._pasta is not None
        try:
            return files.read(self._pasta, f"{files.TEMPLATES_FOLDER}/{nome}")
        except UnicodeDecodeError:
            return None

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
        examine(_read(path).formato)
    except ConfigError as error:
        return str(error).splitlines()
    return []


def examine(page_format: Format) -> None:
    """Fill a format's template with example data. Raises `WrongFormat` if a print could fail by it (S12).

    A template may take any time and memory: one that a person has just written is examined in the render pool.
    """
    try:
        # the template must also accept a document without partes, data or pessoa
        for data in (example_data(page_format.tipo), {"tipo": page_format.tipo}):
            everything = {**complete(data), **SERVER_VARIABLES, "imprime": page_format.imprime}
            html = templates.fill(page_format.modelos, page_format.template, everything)
            for nome in ("corpo", "bloco"):
                if html.count(str(SERVER_VARIABLES[nome])) != 1:
                    text = f"{page_format.template}: deve escrever {{{{ {nome} }}}} uma vez só"
                    raise templates.WrongTemplate(text, page_format.template)
        _check_height(page_format)
    except ValueError as error:
        raise WrongFormat(f"{page_format.nome}.toml", [fault_of(error)]) from error


def read_format(path: Path) -> Format:
    """Return the format of one file; `ConfigError` names file, key and allowed values."""
    return _read(path).formato


def parse(nome: str, own: files.Files) -> Format:
    """Return the format `nome` of the office as these texts of its files make it (`files.Files`).

    A template that is not among them is the shipped one. Raises `WrongFormat`.
    """
    return _parse(nome, own[f"{nome}.toml"].encode(), lambda used: own.get(f"{files.TEMPLATES_FOLDER}/{used}"))


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
    """Read one file and the templates that it names; marks are taken before what they mark is read."""
    folder = file.parent / files.TEMPLATES_FOLDER
    marks = {path: _mark(path) for path in (file, file.parent, folder)}
    content = file.read_bytes()

    def find(nome: str) -> str | None:
        path = folder / nome
        marks.setdefault(path, _mark(path))
        try:
            return path.read_bytes().decode()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except UnicodeDecodeError as error:
            raise templates.WrongTemplate(f"{nome}: não é um texto em UTF-8 (byte {error.start})", nome) from error

    return _Loaded(_parse(file.stem, content, find), tuple(marks.values()))


def _parse(nome: str, content: bytes, find: templates.Find) -> Format:
    """Return the format of the content of its file, with the templates that `find` gives. Raises `WrongFormat`."""
    file = f"{nome}.toml"
    if not NAME_PATTERN.match(nome):
        raise WrongFormat(file, [BadField("", f'o nome "{nome}" não serve; {_ALLOWED_NAME}')])
    try:
        definicao = Definition.model_validate(tomllib.loads(content.decode()))
        check_geometry(definicao)
        columns_of(definicao)
        made_of = templates.sources(definicao.template, find)
    except ValidationError as error:
        raise WrongFormat(file, list(faults_of(Definition, error))) from error
    except UnicodeDecodeError as error:
        raise WrongFormat(file, [BadField("", f"não é um texto em UTF-8 (byte {error.start})")]) from error
    except tomllib.TOMLDecodeError as error:
        raise WrongFormat(file, [BadField("", f"TOML inválido: {error}")]) from error
    except ValueError as error:
        raise WrongFormat(file, [fault_of(error)]) from error
    version = hashlib.sha256(content + templates.fingerprint(made_of).encode()).hexdigest()[:12]
    data = {name: getattr(definicao, name) for name in Definition.model_fields}
    return Format.model_construct(**data, nome=nome, versao=version, modelos=made_of)


def _sources_of(text: str, find: templates.Find) -> dict[str, str]:
    """Return the template that a wrong file names, and its style sheet, where that can be read from it at all."""
    try:
        template = str(tomllib.loads(text)["template"])
        return {name: source for name in (template, templates.own_stylesheet(template)) if (source := find(name))}
    except (tomllib.TOMLDecodeError, KeyError):
        return {}


def _mark(file: Path) -> _Mark:
    try:
        stat = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return str(file), 0, 0, 0, 0
    return str(file), stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size, stat.st_ino


def _unchanged(marks: tuple[_Mark, ...]) -> bool:
    return all(_mark(Path(mark[0])) == mark for mark in marks)


def _variables() -> Iterator[dict[str, str]]:
    yield from ({"nome": mark, "exemplo": exemplo} for mark, exemplo in MARKS.items())
    yield from ({"nome": f"{{{nome}}}", "exemplo": exemplo} for nome, exemplo in FIELD_VARIABLES.items())
