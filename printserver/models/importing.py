"""Takes over a folder of models: each file is examined; what is new or changed becomes a version."""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from printserver.errors import Recusa
from printserver.formats import FormatType
from printserver.models import geometry
from printserver.models.compare import Papers, compare
from printserver.models.examine import Examined, Examiner, Sample
from printserver.models.folder import Folder, ModelFile, read
from printserver.models.proof import draw
from printserver.models.store import Model, add, find, newest
from printserver.office import Act, Author, Office, acting, format_versions
from printserver.rendering import pack_model

News = Literal["novo", "mudou", "igual", "repetido"]


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
        return sum(row.exame.estado == state for row in self.rows if row.novidade != "repetido")


def import_folder(
    office: Office, author: Author, folder: Path, proofs: Path, *, simulate: bool = False, papers: Path | None = None
) -> Imported:
    """Examine every RTF below `folder` and keep what is new or changed; a file that is unchanged is not looked at.

    The proofs of what was looked at are written into `proofs` as PDF. `simulate` keeps nothing. `papers` is a folder
    of PDFs, by the models' names, that the office's former program printed: every model is compared with its own, and a
    difference is a reason to look. Raises `ConfigError` if the folder is missing or has no RTF, `Recusa`
    `servidor-ocupado`; then nothing is kept.
    """
    with office.db.read() as conn:
        kept = {each.nome.casefold(): each for each in newest(conn, office)}
    found = read(folder, {each.arquivo: each.nome for each in kept.values()})
    printed = Papers(papers) if papers is not None else None
    proofs.mkdir(parents=True, exist_ok=True)
    look = _Look(office, Examiner(office), kept, proofs, printed)
    with ThreadPoolExecutor(max_workers=office.settings.render.processos) as pool:
        rows = list(pool.map(look.at, range(1, len(found.files) + 1), found.files))
    formats = () if simulate else _keep(office, author, found, rows)
    here = {file.nome.casefold() for file in (*found.files, *found.repeated)}
    missing = tuple(each.nome for key, each in sorted(kept.items()) if key not in here)
    return Imported((*rows, *map(_repeated, found.repeated)), tuple(found.skipped), formats, missing, simulate)


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
        same = kept is not None and kept.sha256 == file.sha256
        if same and kept is not None and kept.estado != "recusado" and self.papers is None:
            return Row(file.nome, file.arquivo, "igual", kept.exame)
        exame, sample = self.examiner.examine(file.nome, file.content)
        proof = None
        if sample is not None:
            exame, proof = self._prove(exame, sample, self.proofs / f"{number:04}.pdf")
        if proof is not None and sample is not None and self.papers is not None:
            exame = compare(self.office, exame, sample, file, self.papers.of(file))
        exame = _with_names(exame, file, kept)
        if kept is None:
            return Row(file.nome, file.arquivo, "novo", exame, proof)
        return Row(file.nome, file.arquivo, "igual" if same and _alike(kept.exame, exame) else "mudou", exame, proof)

    def _prove(self, exame: Examined, sample: Sample, path: Path) -> tuple[Examined, Path | None]:
        """Write the proof of a sample; one that cannot be stamped is a model that cannot be printed."""
        try:
            path.write_bytes(draw(self.office, sample))
        except Recusa as refusal:
            if refusal.word == "servidor-ocupado":
                raise
            return replace(exame, estado="recusado", motivos=(*exame.motivos, refusal.detail)), None
        return exame, path


def _with_names(exame: Examined, file: ModelFile, kept: Model | None) -> Examined:
    """Return the examination with what a person should know of the model's name."""
    if file.same_stem:
        exame = replace(exame, avisos=(*exame.avisos, f"há arquivos de mesmo nome: este modelo é “{file.nome}”"))
    if kept is None or kept.arquivo == file.arquivo or kept.sha256 == file.sha256:
        return exame
    state = "conferir" if exame.estado == "pronto" else exame.estado
    return replace(exame, estado=state, motivos=(*exame.motivos, f"este nome era do arquivo {kept.arquivo}"))


def _alike(kept: Examined, now: Examined) -> bool:
    """Return whether two examinations say the same, but for their notices."""
    return replace(kept, avisos=()) == replace(now, avisos=())


def _repeated(file: ModelFile) -> Row:
    exame = Examined("pronto", (), (f"o mesmo conteúdo que {file.repeats}",))
    return Row(file.nome, file.arquivo, "repetido", exame, None, file.repeats)


def _keep(office: Office, author: Author, found: Folder, rows: list[Row]) -> tuple[str, ...]:
    """Keep the formats and the new versions; return the names of the formats that were made."""
    changed = [(file, row) for file, row in zip(found.files, rows, strict=True) if row.novidade in ("novo", "mudou")]
    made = tuple(_keep_formats(office, author, changed))
    if changed:
        with acting(office, author) as act:
            for file, row in changed:
                _keep_model(act, file, row)
    return made


def _keep_formats(office: Office, author: Author, changed: list[tuple[ModelFile, Row]]) -> Iterator[str]:
    wanted: dict[str, tuple[FormatType, bytes]] = {}
    for file, row in changed:
        if row.exame.formato is not None and not office.formatos.is_own(row.exame.formato):
            wanted.setdefault(row.exame.formato, (row.exame.tipo, file.content))
    for name, (tipo, content) in wanted.items():
        facts = office.render.examine_rtf(pack_model(content, {}))
        files: Mapping[str, str] = {f"{name}.toml": geometry.toml_of(tipo, facts)}
        format_versions.save(office, author, name, "", files, origem="importado", motivo="papel e margens dos modelos")
        yield name


def _keep_model(act: Act, file: ModelFile, row: Row) -> None:
    """Keep a new version, unless another import has kept the same one meanwhile."""
    kept = find(act.conn, act.office, row.nome)
    if kept is not None and (kept.sha256, kept.exame) == (file.sha256, row.exame):
        return
    number = add(act, row.nome, row.arquivo, file.content, file.sha256, row.exame)
    state = "importado" if number == 1 else "mudado"
    what = {"versao": number, "sha256": file.sha256, "estado": row.exame.estado, "arquivo": row.arquivo}
    act.log("modelo", row.nome, state, what)
