"""Takes over a folder of models: each file is examined; what is new or changed becomes a version."""

import hashlib
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from printserver.common import faults
from printserver.errors import ConfigError
from printserver.formats import FormatType
from printserver.models import geometry
from printserver.models.compare import compare
from printserver.models.examine import Examined, Examiner, Sample
from printserver.models.proof import draw
from printserver.models.store import add, newest
from printserver.office import Act, Author, Office, acting, format_versions
from printserver.rendering import pack_model

News = Literal["novo", "mudou", "igual", "repetido"]

_LOCKS: Final = "~$"  # Word's lock files
_LARGEST: Final = 16 * 1024 * 1024
_EXTENSION: Final = ".rtf"


@dataclass(frozen=True, slots=True)
class Row:
    """One file of the folder: its model's name, what is new of it, its state, and its proof, if it is printed.

    `repetido` is the name of the model with the same content.
    """

    nome: str
    arquivo: str
    novidade: News
    exame: Examined
    prova: Path | None = None
    repetido: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import found and did. `pulados` are files that are no models, with the reason."""

    rows: tuple[Row, ...]
    pulados: tuple[tuple[str, str], ...]
    formatos: tuple[str, ...] = ()
    simulado: bool = False

    def count(self, state: str) -> int:
        """Return how many models are in that state."""
        return sum(row.exame.estado == state for row in self.rows if row.novidade != "repetido")


@dataclass(frozen=True, slots=True)
class _File:
    nome: str
    arquivo: str
    content: bytes
    sha256: str


@dataclass(slots=True)
class _Folder:
    """The files of a folder."""

    files: list[_File] = field(default_factory=list)
    repeated: list[Row] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def import_folder(
    office: Office, author: Author, folder: Path, proofs: Path, *, simulate: bool = False, papers: Path | None = None
) -> Imported:
    """Examine every RTF below `folder` and keep what is new or changed; a file that is unchanged is not looked at.

    The proofs of what was looked at are written into `proofs` as PDF. `simulate` keeps nothing. `papers` is a folder
    of PDFs, by the models' names, that the office's former program printed: a difference is a reason to look.
    Raises `ConfigError` if the folder is missing or has no RTF.
    """
    found = _read(folder)
    with office.db.read() as conn:
        known = {each.nome.casefold(): each for each in newest(conn, office)}
    examiner = Examiner(office)
    proofs.mkdir(parents=True, exist_ok=True)

    def look(item: tuple[int, _File]) -> Row:
        number, file = item
        kept = known.get(file.nome.casefold())
        if kept is not None and kept.sha256 == file.sha256 and kept.exame.estado != "recusado":
            return Row(file.nome, file.arquivo, "igual", kept.exame)
        exame, sample = examiner.examine(file.nome, file.content)
        proof = _prove(office, sample, proofs / f"{number:04}.pdf") if sample is not None else None
        if proof is not None and papers is not None:
            exame = compare(office, exame, proof.read_bytes(), papers / f"{file.nome}.pdf")
        same = kept is not None and kept.sha256 == file.sha256 and kept.exame == exame
        news: News = "novo" if kept is None else "igual" if same else "mudou"
        return Row(file.nome, file.arquivo, news, exame, proof)

    with ThreadPoolExecutor(max_workers=office.settings.render.processos) as pool:
        rows = list(pool.map(look, enumerate(found.files, 1)))
    formats = () if simulate else _keep(office, author, found, rows)
    return Imported((*rows, *found.repeated), tuple(found.skipped), formats, simulate)


def _read(folder: Path) -> _Folder:
    if not folder.is_dir():
        raise ConfigError(f"{folder}: não é uma pasta")
    found = _Folder()
    by_hash: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder).as_posix()
        if not path.is_file() or path.suffix.casefold() != _EXTENSION:
            continue
        if (reason := _why_skipped(path)) is not None:
            found.skipped.append((relative, reason))
            continue
        content = path.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        name = path.stem if path.stem.casefold() not in by_name else relative[: -len(_EXTENSION)]
        if digest in by_hash:
            exame = Examined("pronto", (), (f"o mesmo conteúdo que {by_hash[digest]}",))
            found.repeated.append(Row(name, relative, "repetido", exame, None, by_hash[digest]))
            continue
        by_name[name.casefold()], by_hash[digest] = relative, name
        found.files.append(_File(name, relative, content, digest))
    if not found.files:
        raise ConfigError(f"{folder}: não tem arquivo {_EXTENSION}")
    return found


def _why_skipped(path: Path) -> str | None:
    if path.name.startswith(_LOCKS):
        return "arquivo de trava do Word"
    try:
        if path.stat().st_size > _LARGEST:
            return f"maior que {_LARGEST // 1024 // 1024} MB"
        with path.open("rb"):
            return None
    except OSError as error:
        return f"não pode ser lido ({faults.of_os(error)})"


def _prove(office: Office, sample: Sample, path: Path) -> Path:
    path.write_bytes(draw(office, sample))
    return path


def _keep(office: Office, author: Author, found: _Folder, rows: list[Row]) -> tuple[str, ...]:
    """Keep the formats and the new versions; return the names of the formats that were made."""
    changed = [(file, row) for file, row in zip(found.files, rows, strict=True) if row.novidade in ("novo", "mudou")]
    made = tuple(_keep_formats(office, author, changed))
    if changed:
        with acting(office, author) as act:
            for file, row in changed:
                _keep_model(act, file, row)
    return made


def _keep_formats(office: Office, author: Author, changed: list[tuple[_File, Row]]) -> Iterator[str]:
    wanted: dict[str, tuple[FormatType, bytes]] = {}
    for file, row in changed:
        if row.exame.formato is not None and not office.formatos.is_own(row.exame.formato):
            wanted.setdefault(row.exame.formato, (row.exame.tipo, file.content))
    for name, (tipo, content) in wanted.items():
        facts = office.render.examine_rtf(pack_model(content, {}))
        files: Mapping[str, str] = {f"{name}.toml": geometry.toml_of(tipo, facts)}
        format_versions.save(office, author, name, "", files, origem="importado", motivo="papel e margens dos modelos")
        yield name


def _keep_model(act: Act, file: _File, row: Row) -> None:
    number = add(act, row.nome, row.arquivo, file.content, file.sha256, row.exame)
    state = "importado" if number == 1 else "mudado"
    what = {"versao": number, "sha256": file.sha256, "estado": row.exame.estado, "arquivo": row.arquivo}
    act.log("modelo", row.nome, state, what)
