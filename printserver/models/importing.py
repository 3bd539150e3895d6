"""Takes over a folder of models: each file is examined; what is new or changed becomes a version."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from re import findall
from time import sleep
from traceback import extract_tb
from typing import Final, Literal, TypeVar

import structlog

from printserver.common import faults
from printserver.errors import Recusa
from printserver.formats import FormatType
from printserver.models import geometry
from printserver.models.compare import Papers, compare
from printserver.models.examine import NOTHING_CHOSEN, Cleared, Examined, Examiner, Sample, State, variables_of
from printserver.models.folder import Folder, ModelFile, read
from printserver.models.proof import draw
from printserver.models.store import Model, Version, add, add_file, find, lock, newest
from printserver.office import Act, Author, Office, acting, format_versions
from printserver.rendering import pack_model

T = TypeVar("T")
News = Literal["novo", "mudou", "igual", "repetido", "adiado"]

_PAUSES: Final = (2.0, 10.0)
"""Seconds before a busy server is asked again for one file."""
_LATER: Final = "não foi examinado, porque o servidor estava ocupado: repita o comando"
_FAILED: Final = "o servidor falhou ao examinar este arquivo: salve-o de novo como RTF e repita o comando"
_FRAME: Final = r'File "[^"\n]+", line \d+, in \w+'
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Row:
    """One file of the folder: its model's name, what is new about it, what was found, and its proof, if it is printed.

    `repetido` is the name of the model with the same name and content. `conferido` is what a person cleared before.
    """

    nome: str
    arquivo: str
    novidade: News
    exame: Examined
    prova: Path | None = None
    repetido: str = ""
    conferido: Cleared | None = None

    @property
    def estado(self) -> State:
        """The state in force."""
        return self.exame.state(self.conferido)

    @property
    def motivos(self) -> tuple[str, ...]:
        """Why it is not `pronto`."""
        return self.exame.left(self.conferido)

    @property
    def counts(self) -> bool:
        """Whether the row is of a model that was looked at now or before."""
        return self.novidade not in ("repetido", "adiado")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import found and did. `pulados` are files that are no models, with the reason.

    `faltam` are the office's models without a file in the folder: they stay as they are.
    """

    rows: tuple[Row, ...]
    pulados: tuple[tuple[str, str], ...]
    formatos: tuple[str, ...] = ()
    faltam: tuple[str, ...] = ()
    simulado: bool = False

    def count(self, state: str) -> int:
        """Return how many models are in that state."""
        return sum(row.estado == state for row in self.rows if row.counts)

    @property
    def adiados(self) -> int:
        """How many files were not looked at, because the server was busy."""
        return sum(row.novidade == "adiado" for row in self.rows)


def import_folder(
    office: Office, author: Author, folder: Path, proofs: Path, *, simulate: bool = False, papers: Path | None = None
) -> Imported:
    """Examine every RTF below `folder` and keep what is new or changed; a file that is unchanged is not looked at.

    The proofs of what was looked at are written into `proofs` as PDF. `simulate` keeps nothing. `papers` is a folder
    of PDFs, by the models' names, that the office's former program printed: every model is compared with its own, and a
    difference is a reason to look. A file for which the server is too busy, also after some waiting, is `adiado`; the
    others are kept. Raises `ConfigError` if the folder is missing or has no RTF, `Recusa` `servidor-ocupado` if nothing
    can be kept.
    """
    with office.db.read() as conn:
        kept = {each.nome.casefold(): each for each in newest(conn, office)}
    found = read(folder, {each.arquivo: each.nome for each in kept.values()})
    printed = Papers(papers) if papers is not None else None
    proofs.mkdir(parents=True, exist_ok=True)
    look = _Look(office, Examiner(office), kept, proofs, printed)
    with ThreadPoolExecutor(max_workers=office.settings.render.processos) as pool:
        rows = list(pool.map(look.at, range(1, len(found.files) + 1), found.files))
    formats = () if simulate else patiently(lambda: _keep(office, author, found, rows))
    here = {file.nome.casefold() for file in (*found.files, *found.repeated)}
    missing = tuple(each.nome for key, each in sorted(kept.items()) if key not in here)
    return Imported((*rows, *map(_repeated, found.repeated)), tuple(found.skipped), formats, missing, simulate)


def patiently(do: Callable[[], T]) -> T:
    """Do something, and again after a pause if the server is busy. Raises `Recusa`."""
    for pause in _PAUSES:
        try:
            return do()
        except Recusa as refusal:
            if refusal.word != "servidor-ocupado":
                raise
            sleep(pause)
    return do()


@dataclass(frozen=True, slots=True)
class _Look:
    """Looks at one file after another, in several threads."""

    office: Office
    examiner: Examiner
    kept: Mapping[str, Model]
    proofs: Path
    papers: Papers | None

    def at(self, number: int, file: ModelFile) -> Row:
        """Return the row of a file; `number` names its proof."""
        kept = self.kept.get(file.nome.casefold())
        try:
            return patiently(lambda: self._at(number, file, kept))
        except Recusa as refusal:
            if refusal.word == "servidor-ocupado":
                return Row(file.nome, file.arquivo, "adiado", Examined("recusado", (_LATER,)))
            return self._failed(file, kept, refusal)
        except Exception as error:
            if reason := faults.passing(error):  # it says nothing of the file
                return Row(file.nome, file.arquivo, "adiado", Examined("recusado", (f"não foi examinado. {reason}",)))
            return self._failed(file, kept, error)

    def _failed(self, file: ModelFile, kept: Model | None, error: Exception) -> Row:
        """Return the row of a file that could not be examined. The log has places of the code, no text of the file."""
        frames = [f"{each.filename}:{each.lineno} {each.name}" for each in extract_tb(error.__traceback__)]
        frames += findall(_FRAME, "\n".join(getattr(error, "__notes__", ())))  # those of the render process
        _log.error("a model could not be examined", file=file.arquivo, error=type(error).__name__, frames=frames)
        news: News = "novo" if kept is None else "mudou"
        return Row(file.nome, file.arquivo, news, Examined("recusado", (_FAILED,)))

    def _at(self, number: int, file: ModelFile, kept: Model | None) -> Row:
        same = kept is not None and kept.sha256 == file.sha256
        cleared = kept.conferido if kept is not None and same else None
        if same and kept is not None and kept.exame.estado != "recusado" and self.papers is None:
            exame = replace(kept.exame, variaveis=variables_of(self.office, kept.exame))
            return Row(file.nome, file.arquivo, "igual", exame, conferido=cleared)
        choice = kept.escolha if kept is not None else NOTHING_CHOSEN
        exame, sample = self.examiner.examine(file.nome, file.content, choice)
        proof = None
        if sample is not None:
            exame, proof = prove_sample(self.office, exame, sample, self.proofs / f"{number:04}.pdf")
        if proof is not None and sample is not None and self.papers is not None:
            exame = compare(self.office, exame, sample, file, self.papers.of(file))
        exame = _with_names(exame, file, kept)
        news: News = "novo" if kept is None else "igual" if same and _alike(kept.exame, exame) else "mudou"
        return Row(file.nome, file.arquivo, news, exame, proof, conferido=cleared)


def prove_sample(office: Office, exame: Examined, sample: Sample, path: Path) -> tuple[Examined, Path | None]:
    """Write the proof of a sample; one that cannot be stamped is a model that cannot be printed."""
    try:
        path.write_bytes(draw(office, sample))
    except Recusa as refusal:
        if refusal.word == "servidor-ocupado":
            raise
        return replace(exame, estado="recusado", motivos=(*exame.motivos, refusal.detail)), None
    return exame, path


def _with_names(exame: Examined, file: ModelFile, kept: Model | None) -> Examined:
    """Return the examination with what a person should know of the model's name."""
    if file.same_stem:
        exame = replace(exame, avisos=(*exame.avisos, f"há arquivos de mesmo nome: este modelo é “{file.nome}”"))
    if file.repeats:
        exame = replace(exame, avisos=(*exame.avisos, f"o mesmo conteúdo que {file.repeats}"))
    if kept is None or kept.arquivo == file.arquivo or kept.sha256 == file.sha256:
        return exame
    state = "conferir" if exame.estado == "pronto" else exame.estado
    return replace(exame, estado=state, motivos=(*exame.motivos, f"este nome era do arquivo {kept.arquivo}"))


def _alike(kept: Examined, now: Examined) -> bool:
    """Return whether two examinations say the same, but for their notices."""
    return replace(kept, avisos=()) == replace(now, avisos=())


def _repeated(file: ModelFile) -> Row:
    exame = Examined("pronto", (), (f"o mesmo nome e conteúdo que {file.repeats}",))
    return Row(file.nome, file.arquivo, "repetido", exame, None, file.repeats)


def _keep(office: Office, author: Author, found: Folder, rows: list[Row]) -> tuple[str, ...]:
    """Keep the formats and the new versions; return the names of the formats that were made."""
    changed = [(file, row) for file, row in zip(found.files, rows, strict=True) if row.novidade in ("novo", "mudou")]
    made = tuple(keep_formats(office, author, ((row.exame, file.content) for file, row in changed)))
    if changed:
        with acting(office, author) as act:
            lock(act)
            for file, row in changed:
                _keep_model(act, file, row)
    return made


def keep_formats(office: Office, author: Author, used: Iterable[tuple[Examined, bytes]]) -> Iterator[str]:
    """Keep the formats of geometries that the office does not have yet, and yield their names."""
    wanted: dict[str, tuple[FormatType, bytes]] = {}
    for exame, content in used:
        if exame.formato is not None and geometry.is_name(exame.formato) and not office.formatos.is_own(exame.formato):
            wanted.setdefault(exame.formato, (exame.tipo, content))
    for name, (tipo, content) in wanted.items():
        facts = office.render.examine_rtf(pack_model(content, {}))
        files: Mapping[str, str] = {f"{name}.toml": geometry.toml_of(tipo, facts)}
        format_versions.save(office, author, name, "", files, origem="importado", motivo="papel e margens dos modelos")
        yield name


def _keep_model(act: Act, file: ModelFile, row: Row) -> None:
    """Keep a new version, unless another import has kept the same one meanwhile; what a person chose or cleared stays.

    `lock` was called.
    """
    kept = find(act.conn, act.office, row.nome)
    same = kept is not None and kept.sha256 == file.sha256
    if kept is not None and same and kept.exame == row.exame:
        return
    add_file(act, file.sha256, file.content)
    choice = kept.escolha if kept is not None else NOTHING_CHOSEN
    cleared = kept.conferido if kept is not None and same else None
    made = Version(row.nome, file.sha256, row.arquivo, row.exame, choice, cleared)
    number = add(act, made)
    state = "importado" if number == 1 else "mudado"
    act.log(
        "modelo",
        row.nome,
        state,
        {"versao": number, "sha256": file.sha256, "estado": made.estado, "arquivo": row.arquivo},
    )
