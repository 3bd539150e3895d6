"""What the tables know of the record that a document of Registro Civil belongs to (C6, C7, C12, C21)."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import (
    Assento,
    AssentoPage,
    AssentoReference,
    Averbacao,
    CivilCertidao,
    CivilDocument,
    CivilFacts,
    Edital,
    Habilitacao,
    LiveSelo,
    normalize,
    read_matricula,
    record_key,
)
from printserver.ledger.documents import live_selo, live_selos
from printserver.ledger.jobs import live_job
from printserver.ledger.keys import document_id
from printserver.ledger.rows import Job, Seal


def civil_facts(conn: Connection, serventia_id: int, document: CivilDocument) -> tuple[CivilFacts, str | None]:
    """Return what is known here for a document, and the key of its record (C21)."""
    assento_id = _assento_id(conn, serventia_id, document)
    key = record_key(document, assento_id)
    row = _record(conn, serventia_id, key) if key is not None else None
    known = Assento.model_validate(row["registro"]) if row is not None and row["registro"] else None
    processo = _processo(document, known)
    bearer = _live(conn, serventia_id, f"habilitacao:{normalize(processo)}") if processo is not None else None
    pv = _first_certidao(conn, serventia_id, row["id"]) if row is not None else None
    return (
        CivilFacts(
            assento=known,
            matricula=row["matricula"] if row is not None else None,
            selo=_selo(conn, serventia_id, f"assento:{normalize(assento_id)}") if assento_id is not None else None,
            pv=live_selo(pv) if pv is not None else None,
            pv_document=_document_key(conn, pv) if pv is not None else None,
            processo=processo,
            habilitacao=_first(live_selos(conn, serventia_id, bearer.documento_id)) if bearer is not None else None,
            peca=bearer.campos["especie"] if bearer is not None else None,
            edital_posted=_edital_posted(conn, serventia_id, document),
            married_here=_married_here(conn, serventia_id, document),
        ),
        key,
    )


def _assento_id(conn: Connection, serventia_id: int, document: CivilDocument) -> str | None:
    """Return the id of the assento that a document is of; by its matrícula where that names it."""
    match document:
        case AssentoPage() | Averbacao():
            return document.assento.id
        case CivilCertidao(assento=Assento() as brought):
            return brought.id
        case CivilCertidao(assento=AssentoReference() as reference):
            if reference.id is not None:
                return reference.id
            matricula = read_matricula(reference.matricula or "", "documento.assento.matricula")
            table = db.instrumento
            found = conn.execute(
                sa.select(table.c.registro)
                .where(table.c.serventia_id == serventia_id, table.c.matricula == str(matricula))
                .order_by(table.c.id)
            ).scalars()
            newest = [each for each in found if each is not None]
            return str(newest[-1]["id"]) if newest else None
        case _:
            return None


def _processo(document: CivilDocument, known: Assento | None) -> str | None:
    """Return the processo of this office's habilitação whose seal a document bears or quotes."""
    match document:
        case Habilitacao():
            return document.processo
        case Edital():
            return document.processo if document.origem == "propria" else None
        case AssentoPage():
            own = document.assento.habilitacao
        case _:
            own = known.habilitacao if known is not None else None
    return own.processo if own is not None and own.origem == "propria" else None


def _record(conn: Connection, serventia_id: int, key: str) -> sa.RowMapping | None:
    table = db.instrumento
    query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c.chave == key)
    return conn.execute(query).mappings().one_or_none()


def _live(conn: Connection, serventia_id: int, key: str) -> Job | None:
    document = document_id(conn, serventia_id, key)
    return live_job(conn, serventia_id, document) if document is not None else None


def _selo(conn: Connection, serventia_id: int, key: str) -> LiveSelo | None:
    document = document_id(conn, serventia_id, key)
    return _first(live_selos(conn, serventia_id, document)) if document is not None else None


def _first(selos: tuple[LiveSelo, ...]) -> LiveSelo | None:
    return selos[0] if selos else None


def _first_certidao(conn: Connection, serventia_id: int, record: int) -> Seal | None:
    """Return the live seal of the record's PV (C12)."""
    table = db.selo
    query = sa.select(table).where(
        table.c.serventia_id == serventia_id, table.c.instrumento_id == record, table.c.ato == "PV", table.c.vivo
    )
    row = conn.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else Seal.from_row(row)


def _document_key(conn: Connection, seal: Seal) -> str | None:
    its = (db.documento.c.serventia_id == seal.serventia_id, db.documento.c.id == seal.documento_id)
    return conn.scalar(sa.select(db.documento.c.chave).where(*its))


def _edital_posted(conn: Connection, serventia_id: int, document: CivilDocument) -> bool:
    """Return whether the edital that a certidão is about was printed here (C17)."""
    if not isinstance(document, CivilCertidao) or document.edital is None:
        return False
    edital = document_id(conn, serventia_id, f"edital:{normalize(document.edital.id)}")
    if edital is None:
        return False
    table = db.job
    printed = sa.select(table.c.n).where(
        table.c.serventia_id == serventia_id, table.c.documento_id == edital, table.c.estado != "cancelado"
    )
    return conn.execute(printed.limit(1)).first() is not None


def _married_here(conn: Connection, serventia_id: int, document: CivilDocument) -> bool:
    """Return whether the wedding of the habilitação that a certidão is about is registered here (C17)."""
    if not isinstance(document, CivilCertidao) or document.habilitacao is None:
        return False
    table, job = db.instrumento, db.job
    query = (
        sa.select(job.c.n)
        .join(table, (table.c.serventia_id == job.c.serventia_id) & (table.c.id == job.c.instrumento_id))
        .where(
            table.c.serventia_id == serventia_id,
            table.c.processo == normalize(document.habilitacao.processo),
            job.c.tipo == "assento",
            job.c.viva,
        )
    )
    return conn.execute(query.limit(1)).first() is not None


def remember(conn: Connection, serventia_id: int, record: int, assento: Assento, matricula: str | None) -> None:
    """Keep the ASSENTO as last sent, without its text: certidões are made from it (C12, C21)."""
    table, own = db.instrumento, assento.habilitacao
    values = {
        "registro": assento.model_dump(mode="json", exclude_none=True, exclude={"corpo"}),
        "matricula": matricula,
        "processo": normalize(own.processo) if own is not None and own.origem == "propria" else None,
    }
    conn.execute(sa.update(table).where(table.c.serventia_id == serventia_id, table.c.id == record).values(**values))
