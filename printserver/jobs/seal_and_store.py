"""A print into the tables, in the caller's transaction: its seals, folhas, papers and job; or its question."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import LadoDaFolha, com_folha_final, conferir_ocupadas, normalizar
from printserver.errors import Recusa, entrada_invalida
from printserver.jobs import compose
from printserver.jobs.prepare import Preparado
from printserver.ledger import bodies, jobs, questions, seals
from printserver.ledger.states import ACEITO, AGUARDANDO_SELO, AGUARDANDO_XA
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.office.proof import JOB, mudanca, prova
from printserver.selo import SeloEmitido

# What stays of a job that waited, whoever answered.
_DE_QUEM_PEDIU = ("id", "serventia_id", "escrevente", "chave_id", "sistema", "resumo", "criado_em")


@dataclass(frozen=True, slots=True)
class Lugar:
    """The rows that a print belongs to, and the request it came as."""

    job_id: str
    documento_id: int
    instrumento_id: int | None
    dados: object
    resumo: str


def selar(
    conn: Connection, office: Office, p: Preparado, quem: Autor, agora: datetime, lugar: Lugar, *, held: bool = False
) -> list[Registro]:
    """Make the seals of a prepared document and take its job (`held`: a job that waited). Return the log's lines."""
    _ocupar_folhas(conn, office, p, lugar)
    _usar_papeis(conn, office, p, lugar, quem, agora)
    entries = _substituir(conn, office, p, lugar, quem)
    livro, folha = _endereco(p)
    emitidos, sealed = seals.selar(
        conn,
        office,
        p.plano.selos,
        seals.Lugar(lugar.job_id, lugar.documento_id, lugar.instrumento_id, livro, folha),
        quem,
        agora,
    )
    carimbo = compose.carimbo(office, p.pedido, p.composicao, emitidos, p.tomados, p.layout.paginas)
    row = _linha(conn, office, p, lugar, quem, agora) | {
        "estado": ACEITO,
        "viva": bool(emitidos),
        "carimbo": asdict(carimbo),
        "qr_selo": carimbo.valores.qr_codigo if carimbo.valores else None,
        "qr_url": carimbo.valores.qr_url if carimbo.valores else None,
        "vence_em": agora,
    }
    if held:
        # who asked for it, and when, stays; who answered is in the log and on the seals
        changes = {name: value for name, value in row.items() if name not in _DE_QUEM_PEDIU}
        table = db.job
        mine = (table.c.serventia_id == office.serventia_id, table.c.id == lugar.job_id)
        conn.execute(sa.update(table).where(*mine).values(**changes))
        row = dict(jobs.job_por_id(conn, office.serventia_id, lugar.job_id))
    else:
        conn.execute(sa.insert(db.job).values(**row))
    _citar(conn, office, p, lugar)
    _lembrar_minuta(conn, office, p, lugar, agora)
    if row["tipo"] == "livro":  # its own word on the signatures counts from here on (N11)
        said = row["instrumento_fixado"]["assinaturas"]
        here = db.instrumento.c.id == lugar.instrumento_id
        values = {"assinaturas": said if said == "pendentes" else None, "primeira_assinatura": None}
        conn.execute(sa.update(db.instrumento).where(here).values(**values))
    return [*entries, *sealed, _registro(lugar.job_id, ACEITO, quem, _detalhe(p, emitidos), _prova(row))]


def segurar(
    conn: Connection, office: Office, p: Preparado, quem: Autor, agora: datetime, lugar: Lugar, guarda: questions.Texto
) -> list[Registro]:
    """Hold the job of a prepared document for a person's answer; nothing of it is sealed. Return the log's lines."""
    state = AGUARDANDO_XA if guarda.tipo == "xa" else AGUARDANDO_SELO
    row = _linha(conn, office, p, lugar, quem, agora)
    conn.execute(sa.insert(db.job).values(**row | {"estado": state, "vence_em": None}))
    asked = questions.abrir(conn, office, lugar.job_id, lugar.documento_id, guarda, agora)
    what = {"pergunta": guarda.tipo, "selos": list(guarda.selos)}
    return [asked, _registro(lugar.job_id, state, quem, what, _prova(row))]


def _prova(row: dict[str, Any]) -> dict[str, Any]:
    """Return what the log keeps of a job as it was taken, or held (A6)."""
    whole = dict.fromkeys(db.job.c.keys()) | row
    return prova(JOB, whole, viva=bool(whole["viva"]), fila=whole["fila"], bandeja=whole["bandeja"])


def _registro(job_id: str, state: str, quem: Autor, detalhe: Mapping[str, Any], kept: Mapping[str, Any]) -> Registro:
    return Registro("job", job_id, state, quem.pessoa, quem.sistema, quem.endereco, detalhe, kept)


def _detalhe(p: Preparado, emitidos: list[SeloEmitido]) -> dict[str, Any]:
    what: dict[str, Any] = {"documento": p.plano.identidade.chave, "paginas": p.layout.paginas}
    if emitidos:
        what["selos"] = [emitido.codigo for emitido in emitidos]
    instrumento = p.plano.instrumento
    if p.pedido.documento.tipo == "livro" and instrumento is not None and instrumento.motivo_data:
        what["motivo_data"] = instrumento.motivo_data
    if p.plano.ordem_judicial:
        what["ordem_judicial"] = p.plano.ordem_judicial
    if p.plano.selo_livro is not None and p.plano.selo_livro.externo:
        what["selo_externo"] = p.plano.selo_livro.codigo
    return what


def _do_certificado(office: Office, p: Preparado, agora: datetime) -> list[dict[str, str]]:
    """Return the warning that the court may refuse the document's seals for the certificate that signs them (T4)."""
    why = office.certificado.fora_da_validade(agora) if p.plano.selos else None
    return [] if why is None else [{"campo": "certificado", "mensagem": f"{why}: o tribunal pode recusar os selos."}]


def _linha(
    conn: Connection, office: Office, p: Preparado, lugar: Lugar, quem: Autor, agora: datetime
) -> dict[str, Any]:
    """Return the job's row, but for its state and what its seals bring."""
    sid = office.serventia_id
    instrumento = p.plano.instrumento
    fixado = None
    campos = dict(p.plano.identidade.campos)
    if p.tomados and instrumento is not None:
        instrumento = com_folha_final(instrumento, p.tomados)
        campos["folha_final"] = instrumento.folha_final
    if p.pedido.documento.tipo == "livro" and instrumento is not None:
        kept = instrumento.model_dump(mode="json", exclude_none=True)
        fixado = bodies.guardar_corpos(conn, sid, kept)
    livro, folha = _endereco(p)
    return {
        "id": lugar.job_id,
        "serventia_id": sid,
        "documento_id": lugar.documento_id,
        "instrumento_id": lugar.instrumento_id,
        "tipo": p.pedido.documento.tipo,
        "imprimir": getattr(p.pedido.documento, "imprimir", True),
        "pedido": bodies.guardar_corpos(conn, sid, lugar.dados),
        "campos": campos,
        "escrevente": quem.pessoa,
        "subscritor": p.subscritor.usuario,
        "chave_id": quem.chave_id,
        "sistema": quem.sistema,
        "resumo": lugar.resumo,
        "formato": p.formato.nome,
        "formato_versao": p.formato.versao,
        "composicao": compose.guardar(conn, office, p.composicao.pedido),
        "layout": p.layout.hash,
        "paginas": p.layout.paginas,
        "instrumento_fixado": fixado,
        "avisos": [
            *({"campo": each.campo, "mensagem": each.mensagem} for each in (*p.pedido.avisos, *p.plano.avisos)),
            *({"campo": each.campo, "mensagem": each.mensagem} for each in p.layout.avisos),
            *_do_certificado(office, p, agora),
        ],
        "substitui": p.plano.substitui,
        "livro": livro,
        "folha": folha,
        "fila": p.fila["nome"],
        "copias": p.pedido.copias,
        "bandeja": p.pedido.bandeja,
        "faces": p.faces,
        "criado_em": agora,
    }


def _endereco(p: Preparado) -> tuple[str | None, str | None]:
    """Return the livro and first folha that a document is found by, normalised (X0)."""
    campos = p.plano.identidade.campos
    livro, folha = campos.get("livro"), campos.get("folha_inicial")
    return (normalizar(livro) if livro else None, str(int(folha)) if folha else None)


def _ocupar_folhas(conn: Connection, office: Office, p: Preparado, lugar: Lugar) -> None:
    """Take the sides of the livro's folhas; refuse those that another holds (X0)."""
    if p.pedido.documento.tipo != "livro" or not p.tomados:
        return
    table = db.folha_lado
    livro, _ = _endereco(p)
    held = conn.execute(
        sa.select(table.c.folha, table.c.lado, table.c.estado, db.documento.c.chave)
        .join(db.documento, db.documento.c.id == table.c.documento_id)
        .where(
            table.c.serventia_id == office.serventia_id,
            table.c.livro == livro,
            table.c.folha.in_(sorted({lado.folha for lado in p.tomados})),
            table.c.estado != "livre",
        )
    )
    ocupadas = {LadoDaFolha(row.folha, row.lado): "" if row.estado == "inutilizada" else row.chave for row in held}
    conferir_ocupadas(p.plano.identidade, p.tomados, ocupadas)
    conn.execute(
        sa.insert(table),
        [
            {
                "serventia_id": office.serventia_id,
                "livro": livro,
                "folha": lado.folha,
                "lado": lado.lado,
                "documento_id": lugar.documento_id,
                "job_id": lugar.job_id,
                "estado": "ocupada",
            }
            for lado in p.tomados
        ],
    )


def _usar_papeis(conn: Connection, office: Office, p: Preparado, lugar: Lugar, quem: Autor, agora: datetime) -> None:
    """Record the sheets of security paper (P5)."""
    if not p.papeis:
        return
    conferir_papeis(conn, office, p)
    table = db.papel
    rows = [
        {
            "serventia_id": office.serventia_id,
            "numero": number,
            "job_id": lugar.job_id,
            "folha": sheet,
            "estado": "usado",
            "quem": quem.pessoa,
            "quando": agora,
        }
        for sheet, number in enumerate(p.papeis, 1)
    ]
    conn.execute(sa.insert(table), rows)


def conferir_papeis(conn: Connection, office: Office, p: Preparado, do_documento: int | None = None) -> None:
    """Refuse numbers that stand on another print, or were spoiled (P5); those of the document `do_documento` pass."""
    table, job = db.papel, db.job
    used = sa.select(table.c.numero).where(table.c.serventia_id == office.serventia_id, table.c.numero.in_(p.papeis))
    if do_documento is not None:
        own = sa.select(job.c.id).where(job.c.serventia_id == office.serventia_id, job.c.documento_id == do_documento)
        used = used.where(table.c.job_id.is_(None) | table.c.job_id.not_in(own))
    if taken := sorted(conn.execute(used).scalars()):
        raise Recusa(
            "papel-ja-usado",
            f"papel_seguranca: já usados ou inutilizados: {', '.join(taken)}. "
            "Mande o trabalho com os números das folhas que estão na bandeja.",
        )


def _substituir(conn: Connection, office: Office, p: Preparado, lugar: Lugar, quem: Autor) -> list[Registro]:
    """Mark the print whose seal this one names as replaced (X8); its seal is neither excluded nor rectified.

    Raises `Recusa` `entrada-invalida` if another live print has replaced it already.
    """
    if p.plano.substitui is None:
        return []
    job = db.job
    old = jobs.job_do_selo(conn, office.serventia_id, p.plano.substitui)
    if old["substituido_por"] and jobs.job_por_id(conn, office.serventia_id, old["substituido_por"])["viva"]:
        raise entrada_invalida(
            "documento.substitui", f"este selo já foi substituído, pelo trabalho {old['substituido_por']}"
        )
    changes: dict[str, Any] = {"substituido_por": lugar.job_id}
    if old["documento_id"] == lugar.documento_id:
        changes["viva"] = False  # the new print is now the document's one
    conn.execute(sa.update(job).where(job.c.n == old["n"]).values(**changes))
    reason = getattr(p.pedido.documento, "motivo", None)
    what = {"substituido_por": lugar.job_id, "motivo": reason}
    return [_registro(old["id"], old["estado"], quem, what, mudanca(**changes))]


def _citar(conn: Connection, office: Office, p: Preparado, lugar: Lugar) -> None:
    """Remember that this copy was made from the livro with that principal seal (X6)."""
    principal = p.plano.selo_livro
    if principal is not None and not principal.externo:
        row = {"serventia_id": office.serventia_id, "codigo": principal.codigo, "job_id": lugar.job_id}
        conn.execute(sa.insert(db.citacao).values(**row))


def _lembrar_minuta(conn: Connection, office: Office, p: Preparado, lugar: Lugar, agora: datetime) -> None:
    """Keep the instrumento as its newest minuta has it: references are made from it until the livro stands (N8)."""
    instrumento = getattr(p.pedido.documento, "instrumento", None)
    if p.pedido.documento.tipo != "minuta" or instrumento is None or lugar.instrumento_id is None:
        return
    kept = bodies.guardar_corpos(conn, office.serventia_id, instrumento.model_dump(mode="json", exclude_none=True))
    table = db.instrumento
    conn.execute(sa.update(table).where(table.c.id == lugar.instrumento_id).values(minuta=kept, minuta_em=agora))
