"""What is measured of an office for its report: each set of facts is evidence, kept whole with its SHA-256."""

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

import sqlalchemy as sa

from printserver import copies, db, incidents
from printserver.clock import rfc3339
from printserver.common.data import JsonObject
from printserver.conformity import components, connections, machine
from printserver.office import Office, audit, engine_mark, people, proof, verification

CHAIN_S: Final = 12.0
"""Seconds that the chain is verified for at most: a report is made in less than 30."""
LOOKED_AT: Final = 20
"""Finished PDFs that are looked at."""
_PDF_A: Final = re.compile(rb"pdfaid:part(?:>|=[\"'])2")
GENERIC: Final = frozenset(
    {"admin", "administrador", "root", "user", "usuario", "cartorio", "balcao", "teste", "geral"}
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A set of facts: its name, what was measured, and the SHA-256 of its JSON (sorted keys, no blanks)."""

    nome: str
    fatos: JsonObject
    sha256: str


def canonical(facts: JsonObject) -> bytes:
    """Return facts as the JSON that is hashed."""
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def gather(office: Office, address: str) -> Mapping[str, Evidence]:
    """Return all evidence by name. `address` is the server's own, `HOST:PORT`."""
    made: dict[str, JsonObject] = {name: make(office) for name, make in _SETS.items()}
    court = connections.court(office)
    made["ligacoes"] = {
        "porta": _connection(connections.own_port(address)),
        "tribunal": _connection(court) if court is not None else None,
    }
    return {name: Evidence(name, facts, hashlib.sha256(canonical(facts)).hexdigest()) for name, facts in made.items()}


def _connection(found: connections.Measured) -> JsonObject:
    return {"onde": found.onde, "versao": found.versao, "cifra": found.cipher, "falha": found.falha}


def _versions(office: Office) -> JsonObject:
    found = [asdict(each) | {"ate": each.ate.isoformat() if each.ate else None} for each in components.versions(office)]
    return {"componentes": found, "tabela_de": components.checked_on().isoformat()}


def _bill(office: Office) -> JsonObject:
    return components.bill_of_materials(office.clock())


def _people(office: Office) -> JsonObject:
    """Return people with role, last entry and second factor. Names are those of the office's staff."""
    table, log = db.pessoa.c, db.log.c
    entered = sa.select(log.objeto_id, sa.func.max(log.quando).label("ultima")).where(
        log.serventia_id == office.serventia_id, log.objeto == "pessoa", log.estado == "entrou"
    )
    query = sa.select(table.usuario, table.nome, table.papel, table.ativa, table.fator_segredo).where(
        table.serventia_id == office.serventia_id
    )
    with office.db.read() as conn:
        last = {row.objeto_id: row.ultima for row in conn.execute(entered.group_by(log.objeto_id))}
        rows = conn.execute(query.order_by(table.usuario)).all()
    return {
        "pessoas": [
            {
                "usuario": row.usuario,
                "nome": row.nome,
                "papel": row.papel,
                "ativa": row.ativa,
                "segundo_fator": row.fator_segredo is not None,
                "ultima_entrada": rfc3339(last[row.usuario]) if row.usuario in last else None,
                "nome_generico": row.usuario in GENERIC,
            }
            for row in rows
        ],
        "papeis_com_segundo_fator": list(office.settings.pessoas.segundo_fator),
    }


def _keys(office: Office) -> JsonObject:
    with office.db.read() as conn:
        found = people.list_keys(conn, office.serventia_id)
    return {
        "chaves": [
            {
                "nome": key.nome,
                "direitos": sorted(key.direitos),
                "criada_em": rfc3339(key.criada_em) if key.criada_em else None,
                "usada_em": rfc3339(key.usada_em) if key.usada_em else None,
                "revogada_em": rfc3339(revoked) if revoked else None,
            }
            for key, revoked in found
        ]
    }


def _machine(office: Office) -> JsonObject:
    clock, disk = machine.clock_source(), machine.disk_of(office.instance)
    return {
        "relogio": {"fonte": clock.fonte, "certo": clock.certo, "desvio_s": clock.offset_s} if clock else None,
        "disco": {"aparelho": disk.device, "camadas": disk.layers, "cifrado": disk.encrypted} if disk else None,
    }


def _trail(office: Office) -> JsonObject:
    """Return the log: verified to which row, its oldest entry, its kinds of events, the last whole verification."""
    sid, log, began = office.serventia_id, db.log.c, time.monotonic()
    reached, fault, whole = 0, None, True
    with office.db.snapshot() as conn:
        head = proof.point(conn, sid)
        for n, fault in audit.walk(conn, sid):
            reached = n
            if fault is not None:
                break
            if time.monotonic() - began > CHAIN_S:
                whole = False
                break
        oldest = conn.execute(sa.select(sa.func.min(log.quando)).where(log.serventia_id == sid)).scalar_one()
        kinds = conn.execute(sa.select(log.objeto).where(log.serventia_id == sid).distinct()).scalars().all()
    last = verification.last_result(office, conclusive=True)
    return {
        "conferida_ate": reached,
        "cabeca": head,
        "inteira": whole,
        "falha": fault,
        "tipos": sorted(kinds),
        "em": rfc3339(office.clock()),
        "registro_mais_antigo": rfc3339(oldest) if oldest else None,
        "ultima_conferencia_inteira": {"quando": rfc3339(last[0]), "resultado": last[1]} if last else None,
        "cabecas_guardadas": len(proof.kept_heads(office.instance)),
    }


def _copies(office: Office) -> JsonObject:
    now = office.clock()
    with office.db.read() as conn:
        found = copies.standing(conn, office, now)
    last = found.ensaio
    return {
        "lugares": [
            {
                "lugar": place.lugar,
                "fora_da_maquina": place.fora,
                "velha": place.old,
                "ultima": rfc3339(place.copia.fim) if place.copia else None,
                "bytes": place.copia.bytes if place.copia else None,
                "idade_s": None if (age := place.age(now)) is None else int(age.total_seconds()),
                "falha": place.falha.falha if place.falha else None,
            }
            for place in found.lugares
        ],
        "podada_por_este_servidor": office.settings.copias.podar,
        "motor_no_ar": engine_mark.engine_runs(office.instance),
        "avisos_por_email": bool(office.settings.avisos.servidor),
        "espelho": asdict(found.espelho) if found.espelho is not None else None,
        "ensaio": None
        if last is None
        else {
            "quando": rfc3339(last.quando),
            "certo": last.certo,
            "falha": last.falha,
            "figuras": dict(last.figuras),
            "ata": last.ata,
            "ata_sha256": last.ata_sha256,
        },
    }


def _formats(office: Office) -> JsonObject:
    """Return how many of the newest finished PDFs declare PDF/A-2 in their metadata."""
    table = db.job.c
    query = sa.select(table.pdf_sha256).where(table.serventia_id == office.serventia_id, table.pdf_sha256.is_not(None))
    with office.db.read() as conn:
        newest = conn.execute(query.order_by(table.n.desc()).limit(LOOKED_AT)).scalars().all()
    paths = [office.spool / digest[:2] / f"{digest}.pdf" for digest in newest]
    contents = [path.read_bytes() for path in paths if path.is_file()]
    pdfs = [content for content in contents if content.startswith(b"%PDF")]
    return {"pdfs_vistos": len(pdfs), "pdf_a": sum(_PDF_A.search(content) is not None for content in pdfs)}


def _incidents(office: Office) -> JsonObject:
    with office.db.read() as conn:
        found = incidents.list_all(conn, office.serventia_id)
    return {
        "incidentes": [
            {
                "numero": each.id,
                "tipo": each.tipo,
                "aberto_em": rfc3339(each.aberto_em),
                "causa": each.causa,
                "cessou_em": rfc3339(each.cessou_em) if each.cessou_em else None,
                "fechado_em": rfc3339(each.fechado_em) if each.fechado_em else None,
                "fechado_por": each.fechado_por,
                "comunicacoes": dict(each.comunicacoes),
            }
            for each in found
        ]
    }


def _certificates(office: Office) -> JsonObject:
    """Return the register of the office's certificates, from the log: first used, and replaced by whom."""
    log = db.log.c
    about = sa.or_(log.objeto == "certificado", sa.and_(log.objeto == "ajustes", log.estado == "certificado trocado"))
    query = sa.select(log.n, log.quando, log.objeto, log.objeto_id, log.quem, log.detalhe)
    with office.db.read() as conn:
        rows = conn.execute(query.where(log.serventia_id == office.serventia_id, about).order_by(log.n)).all()
    return {
        "em_uso": {
            "titular": office.certificado.holder,
            "impressao_digital": office.certificado.fingerprint,
            "valido_de": rfc3339(office.certificado.valid_from),
            "valido_ate": rfc3339(office.certificado.valid_until),
            "de_teste": office.certificado.self_signed,
        },
        "registro": [
            {
                "n": row.n,
                "quando": rfc3339(row.quando),
                "quem": row.quem,
                "fato": "primeiro uso" if row.objeto == "certificado" else "trocado",
                "certificado": row.objeto_id if row.objeto == "certificado" else row.detalhe.get("depois"),
            }
            for row in rows
        ],
    }


def _way_out(office: Office) -> JsonObject:
    """Return the newest whole export of the office, and the hash of its manifest, from the log."""
    log = db.log.c
    query = sa.select(log.n, log.quando, log.estado, log.detalhe).where(
        log.serventia_id == office.serventia_id, log.objeto == "serventia", log.estado == "exportada"
    )
    with office.db.read() as conn:
        newest = conn.execute(query.order_by(log.n.desc()).limit(1)).one_or_none()
    if newest is None:
        return {"exportacao": None}
    return {
        "exportacao": {
            "registro": newest.n,
            "quando": rfc3339(newest.quando),
            "manifesto": (newest.detalhe or {}).get("manifesto"),
        }
    }


_SETS: Final[Mapping[str, Callable[[Office], JsonObject]]] = {
    "versoes": _versions,
    "componentes": _bill,
    "pessoas": _people,
    "chaves": _keys,
    "maquina": _machine,
    "trilha": _trail,
    "formatos": _formats,
    "copias": _copies,
    "incidentes": _incidents,
    "saida": _way_out,
    "certificados": _certificates,
}
