"""Writes the archive of an office: rows from one state of the database, then the files that the rows name.

The archive gets its name when it is whole. Files are read after the rows: a PDF precedes its row and never changes.
"""

import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import __version__, db
from printserver.common.data import Columns
from printserver.db import Database
from printserver.errors import ConfigError
from printserver.office import proof
from printserver.office.settings import SETTINGS_FILE
from printserver.portability import archive, folder, values
from printserver.portability.archive import Audit, FileEntry, Manifest, Part
from printserver.search import all_seals_csv

_README = """\
Esta pasta é uma serventia inteira do printserver, em arquivos abertos.

manifesto.json       de qual serventia, quando, quantas linhas e arquivos, e o SHA-256 de cada parte
selos.csv            todos os selos, para planilha (separador ;)
tabelas/*.jsonl      cada tabela: um objeto JSON por linha, em UTF-8; horas em UTC; dinheiro em centavos
arquivos.jsonl       caminho, tamanho e SHA-256 de cada arquivo da pasta da serventia
pasta/               esses arquivos; pasta/spool tem os PDFs impressos, cada um com o seu SHA-256 por nome

Para pôr a serventia em outro lugar: printserver serventia importar ESTA_PASTA --instance PASTA_NOVA
{secrets}
"""
_WITH_SECRETS = "ATENÇÃO: contém o certificado, as senhas e as chaves da serventia. Guarde-a como se guarda a chave."
_WITHOUT = "Sem senhas, chaves e certificado: serve para ler e para sair, não para importar."


def export_office(
    database: Database, serventia_id: int, instance: Path, target: Path, now: datetime, *, final: bool, secrets: bool
) -> tuple[Manifest, str]:
    """Write the archive of an office into the new folder `target`; return its manifest and the manifest's SHA-256.

    `final` is only noted (see `moving`). Raises `ConfigError` if `target` is not empty or lies in the office's folder,
    or if a row cannot be read; OSError. Then nothing is left.
    """
    target = target.absolute()
    _require_empty(instance, target)
    draft = target.parent / f".{target.name}.{uuid.uuid4().hex}"
    draft.mkdir(mode=0o700, parents=True)
    try:
        kept = proof.read_all(instance)
        with database.snapshot() as conn:
            office = values.office_row(conn, serventia_id)
            schema = db.schema_of(conn)
            tables = _tables(conn, serventia_id, instance, draft, secrets=secrets)
            seals = archive.write_lines(draft / archive.SEALS, all_seals_csv(conn, serventia_id))
            audit = _audit(conn, serventia_id, kept)
        total = _Total()
        files = archive.write_lines(draft / archive.FILES, _files(instance, draft, total, secrets=secrets))
        made = Manifest(
            programa=__version__,
            esquema=schema,
            serventia=office,
            feita_em=now.astimezone(UTC).isoformat(timespec="seconds"),
            final=final,
            segredos=secrets,
            auditoria=audit,
            tabelas=tables,
            selos=seals,
            arquivos=files,
            bytes_dos_arquivos=total.bytes,
        )
        note = _README.format(secrets=_WITH_SECRETS if secrets else _WITHOUT)
        (draft / archive.README).write_text(note, "utf-8")
        digest = made.write(draft)
        draft.rename(target)  # replaces an empty folder of that name
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return made, digest


class _Total:
    def __init__(self) -> None:
        self.bytes = 0


def _require_empty(instance: Path, target: Path) -> None:
    if target.is_relative_to(instance.absolute()):
        raise ConfigError(f"{target} fica dentro da pasta da serventia: escolha outra pasta")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ConfigError(f"{target} já existe e não está vazia: nada foi exportado; escolha outra pasta")


def _tables(conn: Connection, serventia_id: int, instance: Path, draft: Path, *, secrets: bool) -> dict[str, Part]:
    (draft / archive.TABLES).mkdir(mode=0o700)
    found = {}
    for table in values.tables(secrets=secrets):
        changed: Callable[[Columns], Columns] = dict
        if table is db.fila:
            changed = lambda row: folder.queue_away(instance, row)  # noqa: E731
        rows = values.lines(conn, serventia_id, table, changed, secrets=secrets)
        found[table.name] = archive.write_lines(draft / archive.TABLES / f"{table.name}.jsonl", rows)
    return found


def _audit(conn: Connection, serventia_id: int, kept: "list[proof.KeptHead]") -> Audit:
    head = conn.execute(sa.select(db.cadeia).where(db.cadeia.c.serventia_id == serventia_id)).one()
    return Audit(head.n, head.hash, proof.verify(conn, serventia_id, kept).total)


def _files(instance: Path, draft: Path, total: _Total, *, secrets: bool) -> Iterator[bytes]:
    settings = folder.settings_away(instance, secrets=secrets)
    (draft / archive.FOLDER).mkdir(mode=0o700)
    kept = draft / archive.FOLDER / SETTINGS_FILE
    part = archive.write_lines(kept, [settings])
    kept.chmod(0o600)
    yield _counted(total, FileEntry(SETTINGS_FILE, part.tamanho, part.sha256))
    for name, path in folder.files(instance, secrets=secrets):
        size, digest = archive.copy_hashed(path, draft / archive.FOLDER / name)
        yield _counted(total, FileEntry(name, size, digest))


def _counted(total: _Total, entry: FileEntry) -> bytes:
    total.bytes += entry.tamanho
    return entry.line()
