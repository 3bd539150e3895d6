"""The office's formats as people change them: versions, who made each, and the files that are in force.

The files in `INSTANCE/formatos/` are the truth for every print; the table `formato_versao` holds what they were. A file
that somebody edits by hand is noticed by its hash, and kept as a version of its own.
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import KINDS
from printserver.errors import BadField, ConfigError, Recusa, invalid_input
from printserver.formats import NAME_PATTERN, Format, WrongFormat, files
from printserver.formats.files import Files
from printserver.office.act import Act, acting
from printserver.office.office import Office
from printserver.office.people import Author
from printserver.rendering import Proof, prove

Origin = Literal["programa", "tela", "importado", "copiado", "volta", "mao", "apagado"]
"""How a version came: with the program, from a screen, from a file, a copy, a return, by hand, a deletion."""

RECENT_DAYS: Final = 30
"""A format that a print of so many days used is not deleted: the program that asked for it will ask again."""
_LONGEST_NAME: Final = 60
_LONGEST_FILE: Final = 100_000  # characters
_v = db.formato_versao.c


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a format. `arquivos` are its files, None where they were deleted; `quem` None: by hand."""

    nome: str
    numero: int
    sha256: str
    arquivos: Files | None
    origem: Origin
    quem: str | None
    motivo: str | None
    criada_em: datetime


class Stale(Exception):
    """The format was changed after it was shown: `arquivos` are its files now."""

    def __init__(self, arquivos: Files) -> None:
        super().__init__("the format was changed meanwhile")
        self.arquivos = dict(arquivos)


def current(office: Office, nome: str) -> dict[str, str]:
    """Return the files in force: the office's, else the one that comes with the program; none for a new name."""
    return _or_shipped(office, nome, office.formatos.own_files(nome))


def versions(office: Office, nome: str) -> Sequence[Version]:
    """Return the versions of a format, newest first; what was changed by hand since the last is one of them."""
    notice(office, nome)
    with office.db.read() as conn:
        return _read(conn, office, nome)


def version(office: Office, nome: str, numero: int) -> Version:
    """Return one version. Raises `Recusa` `nao-encontrado`."""
    with office.db.read() as conn:
        found = [each for each in _read(conn, office, nome) if each.numero == numero]
    if not found:
        raise Recusa("nao-encontrado", f"O formato {nome} não tem a versão {numero}.")
    return found[0]


def last_versions(office: Office) -> Mapping[str, Version]:
    """Return the newest version of each format that has any, by name; the office's files are looked at first."""
    for nome in office.formatos.names():
        notice(office, nome)
    newest = sa.select(_v.nome, sa.func.max(_v.numero).label("numero")).where(_v.serventia_id == office.serventia_id)
    last = newest.group_by(_v.nome).subquery()
    query = sa.select(db.formato_versao).join(last, (last.c.nome == _v.nome) & (last.c.numero == _v.numero))
    with office.db.read() as conn:
        found = conn.execute(query.where(_v.serventia_id == office.serventia_id)).mappings()
        return {row["nome"]: _version(row) for row in found}


def notice(office: Office, nome: str) -> None:
    """Keep the files of a format as a version if they are not those of its last one: somebody changed them by hand."""
    with files.reading(_folder(office)) as still:  # or what was read may be older than the last version by now
        found = office.formatos.own_files(nome)
        with office.db.read() as conn:
            if not still or not _differs(conn, office, nome, found):
                return
        try:
            with acting(office) as act:
                _notice(act, nome, found)
        except sa.exc.DBAPIError as error:
            if not db.lost_a_race(error):  # another process noticed it at the same time
                raise


def differences(before: Files | None, after: Files | None) -> list[str]:
    """Return the unified difference of two versions, line by line; empty if they are the same."""
    old, new = before or {}, after or {}
    lines: list[str] = []
    for path in sorted({*old, *new}):
        texts = (old.get(path, "").splitlines(), new.get(path, "").splitlines())
        lines += difflib.unified_diff(*texts, path, path, n=2, lineterm="")
    return lines


def draft(office: Office, nome: str, wanted: Files) -> tuple[Format, dict[str, str]]:
    """Return the format that files to be kept would make, and its files. Nothing is written.

    `wanted` need not hold the office's templates that the format uses unchanged. Raises `WrongFormat`, `Recusa` as
    `Pool.run`.
    """
    folder = _folder(office)
    for path, text in wanted.items():
        if not files.FILE.fullmatch(path) or (path.endswith(".toml") and path != f"{nome}.toml"):
            raise WrongFormat(f"{nome}.toml", [BadField("", f"o arquivo {path} não é de um formato de nome {nome}")])
        if len(text) > _LONGEST_FILE:
            raise WrongFormat(f"{nome}.toml", [BadField(path, f"{path}: passa de {_LONGEST_FILE} caracteres")])
    own = {**files.templates(folder), **wanted}
    made = office.render.parse_format(nome, own)
    used = {f"{files.TEMPLATES_FOLDER}/{each}" for each in made.modelos}
    return made, {path: text for path, text in own.items() if path == f"{nome}.toml" or path in used}


def check(office: Office, nome: str, wanted: Files) -> tuple[Proof, dict[str, str]]:
    """Return a proof of the format that files to be kept would make, and its files.

    Raises `WrongFormat` or `Recusa` for whatever `printserver formatos check` refuses.
    """
    made, kept = draft(office, nome, wanted)
    office.render.examine_format(made)
    return proof(office, made), kept


def proof(office: Office, page_format: Format) -> Proof:
    """Return a proof of a format. Raises `WrongFormat` or `Recusa` for a format whose example cannot be printed."""
    try:
        return prove(office.render, page_format)
    except WrongFormat:
        raise
    except (ConfigError, ValueError) as error:
        raise WrongFormat(f"{page_format.nome}.toml", [BadField("", str(error))]) from error


def save(
    office: Office,
    author: Author,
    nome: str,
    base: str,
    wanted: Files,
    *,
    origem: Origin = "tela",
    motivo: str | None = None,
) -> bool:
    """Keep the files of a format as its new version, in force for the next print of every process.

    `base` is the hash of the files that the change began with, empty for a new format. Files that are as they would be
    kept change nothing: returns False. Raises `Stale`, `WrongFormat`, `Recusa`, OSError; then nothing is changed.
    """
    _check_name(nome)
    found, kept = check(office, nome, wanted)
    before = _type_of(office, nome)
    if before not in (None, found.formato.tipo) and uses(office).get(nome):
        raise Recusa("estado-nao-permite", f"O formato {nome} está em uso e é de {before}: o tipo não muda.")
    folder = _folder(office)
    with files.writing(folder):
        own = office.formatos.own_files(nome)
        now = _or_shipped(office, nome, own)
        if files.digest(kept) == files.digest(now):
            return False
        if (files.digest(now) if now else "") != base:
            raise Stale(now)
        on_disk = {path: files.content(folder, path) for path in kept}
        changes: dict[str, str | None] = {path: text for path, text in kept.items() if on_disk[path] != text.encode()}
        _not_of_others(office, nome, changes)
        changes |= dict.fromkeys(_orphans(office, nome, own, kept))
        _put(office, author, nome, own, kept, changes, origem, motivo)
    return True


def delete(office: Office, author: Author, nome: str, base: str, motivo: str | None = None) -> None:
    """Delete the office's files of a format; one of the program with its name is in force again.

    Raises `Stale`, `Recusa` `estado-nao-permite` while it is in use, `nao-encontrado`, OSError.
    """
    if not office.formatos.is_own(nome):
        raise Recusa("nao-encontrado", f"A serventia não tem arquivo do formato {nome}.")
    if (why := why_kept(office, nome)) is not None:
        raise Recusa("estado-nao-permite", why)
    with files.writing(_folder(office)):
        own = office.formatos.own_files(nome)
        if files.digest(own) != base:
            raise Stale(own)
        gone = {f"{nome}.toml", *_orphans(office, nome, own, {})}
        _put(office, author, nome, own, None, dict.fromkeys(gone), "apagado", motivo)


def uses(office: Office) -> dict[str, list[str]]:
    """Return the documents that are printed with each format unless a request names another, by its name."""
    found: dict[str, list[str]] = {}
    chosen = office.settings.formatos
    for word, kind in KINDS.items():
        name = chosen.of(word) or chosen.of(kind.format) or office.formatos.default_name(kind.format)
        found.setdefault(name, []).append(kind.name)
    return found


def others_with(office: Office, nome: str, template: str) -> list[str]:
    """Return the office's other formats that use a template or style sheet of this name."""
    found = []
    for other in office.formatos.names():
        if other != nome and office.formatos.is_own(other):
            try:
                used = template in office.formatos.get(other).modelos
            except ConfigError:
                used = f"{files.TEMPLATES_FOLDER}/{template}" in office.formatos.own_files(other)
            if used:
                found.append(other)
    return found


def why_kept(office: Office, nome: str) -> str | None:
    """Return why a format of the office cannot be deleted; None if it can."""
    if office.formatos.is_shipped(nome):
        return None
    if documents := uses(office).get(nome):
        return f"O formato {nome} está em uso: {', '.join(documents)}. Escolha outro nos ajustes antes de o apagar."
    job = db.job.c
    recent = office.clock() - timedelta(days=RECENT_DAYS)
    mine = (job.serventia_id == office.serventia_id, job.formato == nome)
    query = sa.select(job.id).where(*mine, sa.or_(~job.encerrado, job.criado_em >= recent)).limit(1)
    with office.db.read() as conn:
        if conn.execute(query).first() is not None:
            return f"O formato {nome} serviu a uma impressão dos últimos {RECENT_DAYS} dias: quem o pede não o acharia."
    return None


# -- what is written --------------------------------------------------------------------------------------------------


def _put(
    office: Office,
    author: Author,
    nome: str,
    own: Files,
    kept: Files | None,
    changes: Mapping[str, str | None],
    origem: Origin,
    motivo: str | None,
) -> None:
    """Write the files within the transaction of the version: if that fails, they are put back."""
    folder, written = _folder(office), False
    before = {path: files.content(folder, path) for path in changes}
    try:
        with acting(office, author) as act:
            _notice(act, nome, own)
            if not own and office.formatos.is_shipped(nome):
                _insert(act, nome, {f"{nome}.toml": office.formatos.shipped_file(nome)}, "programa")
            old = _last(act.conn, office, nome)
            new = _insert(act, nome, kept, origem, author.pessoa, motivo)
            detail = {"antes": _named(old), "depois": _named(new), "origem": origem}
            act.log("formato", nome, origem, detail | ({"motivo": motivo} if motivo else {}))
            written = True
            files.write(folder, changes)
    except BaseException:
        if written:
            files.write(folder, before)
        raise


def _named(found: Version | None) -> dict[str, object] | None:
    return None if found is None else {"versao": found.numero, "sha256": found.sha256}


def _notice(act: Act, nome: str, found: Files) -> None:
    if not _differs(act.conn, act.office, nome, found):
        return
    old = _last(act.conn, act.office, nome)
    if found and old is None and act.office.formatos.is_shipped(nome):
        shipped = {f"{nome}.toml": act.office.formatos.shipped_file(nome)}
        if files.digest(shipped) != files.digest(found):
            old = _insert(act, nome, shipped, "programa")
    new = _insert(act, nome, found or None, "mao")
    act.log("formato", nome, "mao", {"antes": _named(old), "depois": _named(new), "origem": "mao"})


def _differs(conn: Connection, office: Office, nome: str, found: Files) -> bool:
    last = _last(conn, office, nome)
    if last is None:
        return bool(found)
    if not found:
        return last.arquivos is not None and last.origem != "programa"
    return last.arquivos is None or last.sha256 != files.digest(found)


def _insert(
    act: Act, nome: str, found: Files | None, origem: Origin, quem: str | None = None, motivo: str | None = None
) -> Version:
    last = _last(act.conn, act.office, nome)
    new = Version(
        nome,
        last.numero + 1 if last else 1,
        files.digest(found or {}),
        found,
        origem,
        quem,
        motivo,
        act.now,
    )
    row = {name: getattr(new, name) for name in Version.__dataclass_fields__}
    act.conn.execute(sa.insert(db.formato_versao).values(serventia_id=act.office.serventia_id, **row))
    return new


def _last(conn: Connection, office: Office, nome: str) -> Version | None:
    mine = (_v.serventia_id == office.serventia_id, _v.nome == nome)
    query = sa.select(db.formato_versao).where(*mine).order_by(_v.numero.desc()).limit(1)
    row = conn.execute(query).mappings().one_or_none()
    return None if row is None else _version(row)


def _read(conn: Connection, office: Office, nome: str) -> list[Version]:
    mine = (_v.serventia_id == office.serventia_id, _v.nome == nome)
    query = sa.select(db.formato_versao).where(*mine).order_by(_v.numero.desc())
    return [_version(row) for row in conn.execute(query).mappings()]


def _version(row: sa.RowMapping) -> Version:
    return Version(**{name: row[name] for name in Version.__dataclass_fields__})


def _or_shipped(office: Office, nome: str, own: dict[str, str]) -> dict[str, str]:
    if own or not office.formatos.is_shipped(nome):
        return own
    return {f"{nome}.toml": office.formatos.shipped_file(nome)}


def _type_of(office: Office, nome: str) -> str | None:
    try:
        return office.formatos.get(nome).tipo
    except (ConfigError, Recusa):
        return None


def _not_of_others(office: Office, nome: str, changes: Mapping[str, str | None]) -> None:
    """Raise `Recusa` if a template that other formats use would change with this one."""
    for path in changes:
        if not path.endswith(".toml") and (others := others_with(office, nome, path.partition("/")[2])):
            raise Recusa(
                "estado-nao-permite",
                f"O arquivo {path} serve também a {', '.join(others)}: dê outro nome ao modelo deste formato.",
            )


def _orphans(office: Office, nome: str, own: Files, kept: Files) -> list[str]:
    """Return the templates that this format used, and that none uses any more: those named for it alone."""
    mine = (f"modelos/{own_template(nome)}", f"modelos/{own_template(nome).removesuffix('html')}css")
    gone = [path for path in own if path in mine and path not in kept]
    return [path for path in gone if not others_with(office, nome, path.partition("/")[2])]


def own_template(nome: str) -> str:
    """Return the file name of the template that a screen makes for a format."""
    return f"modelo-{nome}.html"


def _check_name(nome: str) -> None:
    if not NAME_PATTERN.match(nome) or len(nome) > _LONGEST_NAME:
        text = f"use até {_LONGEST_NAME} letras minúsculas sem acento, algarismos e hífens, como certidao-azul"
        raise invalid_input("nome", text)


def _folder(office: Office) -> Path:
    folder = office.formatos.folder
    assert folder is not None  # an open office has one
    return folder
