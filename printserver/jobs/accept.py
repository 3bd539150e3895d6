"""The acceptance of a print: laid out first, then sealed and taken in one transaction, or refused (S12).

1. The same key again finds what it made. 2. `prepare` lays the document out. 3. One transaction: the document's row is
locked, what the layout rests on is read again, the reprint guard decides, seals are made, job, outbox and log written.
"""

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from printserver import audit, db, people
from printserver.audit import Registro
from printserver.db import lost_a_race
from printserver.documents import (
    Atingido,
    Identidade,
    LadoDaFolha,
    Pedido,
    com_folha_final,
    conferir_ocupadas,
    decidir,
    ler_pedido,
    normalizar,
)
from printserver.errors import Recusa, entrada_invalida
from printserver.jobs import compose, idempotency, questions, sealing, store, views
from printserver.jobs.idempotency import Feito
from printserver.jobs.office import Office
from printserver.jobs.prepare import Preparado, preparar, ver
from printserver.jobs.states import ACEITO, AGUARDANDO_SELO, AGUARDANDO_XA, on_its_way
from printserver.people import Autor
from printserver.selo import SeloEmitido

ROTA = "POST /api/v1/jobs"
TRIES = 5  # of an acceptance whose ground moved under it
_REIMPRESSAO = "reimpressao-exige-xa"
_FACULTATIVO = "selo-facultativo"
_DE_QUEM_PEDIU = ("id", "serventia_id", "escrevente", "chave_id", "sistema", "resumo", "criado_em")


@dataclass(frozen=True, slots=True)
class Aceite:
    """What came of a request: the job as it stands; `recusa` where the first answer was a problem."""

    job: dict[str, Any]
    recusa: Recusa | None
    repetido: bool


class Mudou(Exception):
    """Between layout and transaction, what the layout rests on changed: prepare again."""


def aceitar(office: Office, autor: Autor, dados: object, chave: str | None) -> Aceite:
    """Take the print `dados` (the parsed body), once for each `chave`. Raises `Recusa` with nothing sealed nor held."""
    people.exigir_direito(autor, "imprimir")
    resumo = idempotency.resumo(ROTA, dados)
    with idempotency.em_trabalho(office, autor, chave):
        if (feito := idempotency.achar(office, autor, chave, resumo)) is not None:
            return _de_novo(office, feito, repetido=True)
        pedido = ler_pedido(dados)
        if pedido.fila is None:
            pedido = pedido.model_copy(update={"fila": autor.fila})
        _vaga(office)
        try:
            feito = _tomar(office, autor, pedido, chave, dados, resumo)
        except (Recusa, DBAPIError):
            # Another server may have taken it under this very key a moment ago: then this is its replay.
            if (feito_por_outro := idempotency.achar(office, autor, chave, resumo)) is None:
                raise
            return _de_novo(office, feito_por_outro, repetido=True)
    office.bell.ring()
    return _de_novo(office, feito, repetido=False)


def _tomar(office: Office, autor: Autor, pedido: Pedido, chave: str | None, dados: object, resumo: str) -> Feito:
    """Prepare and decide, again where the ground moved. Raises `Recusa`; `DBAPIError` where another was quicker."""
    for attempt in range(TRIES):
        agora = office.clock()
        preparado = preparar(office, pedido, agora)
        try:
            with office.db.write() as conn:
                feito = _decidir(conn, office, preparado, autor, agora, dados, resumo)
                idempotency.registrar(conn, office, autor, chave, resumo, feito, agora)
        except Mudou:
            continue
        except DBAPIError as error:
            # Someone was quicker at the same key, document, folha or paper: the next look says which.
            if (
                not lost_a_race(error)
                or attempt == TRIES - 1
                or idempotency.achar(office, autor, chave, resumo) is not None
            ):
                raise
            continue
        return feito
    raise Recusa(
        "servidor-ocupado", "O documento muda a cada tentativa: repita com a mesma chave em um instante.", retry_after=1
    )


def _vaga(office: Office) -> None:
    """Refuse while too many jobs are on their way: an accepted job is never lost for want of room."""
    limit = office.settings.http.em_andamento
    with office.db.read() as conn:
        full = views.em_andamento(conn, office) >= limit
    if full:
        raise Recusa(
            "servidor-ocupado",
            f"Há {limit} trabalhos a caminho do papel: repita com a mesma chave daqui a pouco.",
            retry_after=5,
        )


def _de_novo(office: Office, feito: Feito, *, repetido: bool) -> Aceite:
    with office.db.read() as conn:
        row = store.job_por_id(conn, office.serventia_id, feito.job_id)
        job = views.job_dict(conn, office, row)
        if feito.palavra is None:
            return Aceite(job, None, repetido)
        question = questions.do_job(conn, office, feito.job_id)
        before = store.job_vivo(conn, office.serventia_id, row["documento_id"])
    detail = question["texto"] if question is not None else "O documento espera pela resposta de uma pessoa."
    extra: dict[str, Any] = {"job": job}
    if feito.palavra == _REIMPRESSAO and before is not None:
        extra["anterior"] = store.anterior(before)
    return Aceite(job, Recusa(feito.palavra, detail, extra=extra), repetido)


def _decidir(
    conn: Connection, office: Office, p: Preparado, autor: Autor, agora: datetime, dados: object, resumo: str
) -> Feito:
    """Guard once more, under the document's lock; then hold the job for a question, or seal and take it."""
    documento_id, instrumento_id = travar(conn, office, p)
    guarda = barrar(conn, office, p, documento_id, agora)
    # The same press of the button brings the same numbers: the question comes first, and its yes refuses them.
    _conferir_papeis(conn, office, p, do_documento=documento_id if guarda is not None else None)
    if guarda is None and p.plano.pergunta_selo:
        guarda = questions.Texto(
            "selo",
            f"{p.plano.identidade.rotulo[:1].upper()}{p.plano.identidade.rotulo[1:]}: o selo é facultativo. "
            "Imprimir com selo?",
        )
    job_id = uuid.uuid4().hex
    quem = people.em_nome_de(autor, _pessoa(conn, office, p))
    entries: list[Registro] = []
    aberta = questions.aberta_do_documento(conn, office, documento_id)
    if aberta is not None:
        if guarda is not None and aberta["resumo"] == resumo and questions.a_mesma(aberta, guarda, agora):
            return Feito(aberta["job_id"], _palavra(guarda))
        entries += questions.substituir(conn, office, aberta)
    if guarda is None:
        entries += selar(conn, office, p, quem, agora, Lugar(job_id, documento_id, instrumento_id, dados, resumo))
        audit.escrever(conn, office.serventia_id, agora, entries)
        return Feito(job_id, None)
    state = AGUARDANDO_XA if guarda.tipo == "xa" else AGUARDANDO_SELO
    row = _linha(conn, office, p, Lugar(job_id, documento_id, instrumento_id, dados, resumo), quem, agora)
    conn.execute(sa.insert(db.job).values(**row | {"estado": state, "vence_em": None}))
    questions.abrir(conn, office, job_id, documento_id, guarda, agora)
    entries.append(_registro(job_id, state, quem, {"pergunta": guarda.tipo, "selos": list(guarda.selos)}))
    audit.escrever(conn, office.serventia_id, agora, entries)
    return Feito(job_id, _palavra(guarda))


def _palavra(guarda: questions.Texto) -> str:
    """Return the word of the answer that holds a job for this question."""
    return _REIMPRESSAO if guarda.tipo == "xa" else _FACULTATIVO


# -- shared with the answers to questions -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Lugar:
    """The rows that a print belongs to, and the request it came as."""

    job_id: str
    documento_id: int
    instrumento_id: int | None
    dados: object
    resumo: str


def travar(conn: Connection, office: Office, p: Preparado) -> tuple[int, int | None]:
    """Lock the instrumento's and the document's rows, and look again: raises `Mudou` if the ground of `p` moved."""
    sid = office.serventia_id
    identidade = p.plano.identidade
    instrumento_id = None
    if p.chave_do_instrumento is not None:
        instrumento_id = store.travar_instrumento(conn, sid, p.chave_do_instrumento)
    documento_id = store.travar_documento(
        conn, sid, identidade.chave, identidade.tipo, instrumento_id, identidade.campos.get("numero")
    )
    contexto = p.contexto
    numero = getattr(p.pedido.documento, "numero", None)
    proximo = store.proximo_traslado(conn, sid, instrumento_id) if numero == "proximo" else contexto.proximo_traslado
    agora = ver(conn, office, p.plano, contexto, p.chave_do_instrumento)
    if agora != p.vista or proximo != p.vista.proximo:
        raise Mudou
    return documento_id, instrumento_id


def barrar(
    conn: Connection, office: Office, p: Preparado, documento_id: int, agora: datetime
) -> questions.Texto | None:
    """Return the question that stops a second print of a document with live seals (X1); None: it is free.

    Raises `Recusa` `impressao-em-andamento`, `prazo-xa-encerrado`.
    """
    sid = office.serventia_id
    vivos = store.selos_vivos(conn, sid, documento_id)
    before = store.job_vivo(conn, sid, documento_id, travar=True)
    if not vivos or before is None:
        return None
    if on_its_way(before):
        raise em_andamento(p.plano.identidade, before)
    if p.plano.substitui in {selo.codigo for selo in vivos}:
        return None
    tipo = p.plano.identidade.tipo
    numero = store.proximo_traslado(conn, sid, before["instrumento_id"]) if tipo in ("livro", "traslado") else None
    try:
        pergunta = decidir(
            p.plano.identidade,
            vivos,
            agora,
            office.regras,
            atinge=atingidos(conn, office, [selo.codigo for selo in vivos]),
            proximo_traslado=numero,
        )
    except Recusa as recusa:
        recusa.extra["anterior"] = store.anterior(before)
        raise
    assert pergunta is not None
    dito = pergunta.como_json()
    return questions.Texto("xa", dito["texto"], dito["selos"], dito["atinge"], pergunta.xa_ate, dito["alternativas"])


def em_andamento(identidade: Identidade, before: Mapping[Any, Any]) -> Recusa:
    """Return the refusal of what must wait until a print of the document is over."""
    return Recusa(
        "impressao-em-andamento",
        f"{identidade.rotulo[:1].upper()}{identidade.rotulo[1:]}: está a caminho do papel agora. "
        "Espere que termine, ou cancele-o.",
        extra={"anterior": store.anterior(before)},
        retry_after=2,
    )


def atingidos(conn: Connection, office: Office, codigos: list[str]) -> list[Atingido]:
    """Return the prints that show one of these seals of a livro, and would be stale without it (X6)."""
    rows = store.copias_do_livro(conn, office.serventia_id, codigos)
    return [Atingido(row["id"], compose.titulo(row["campos"]), row["campos"]) for row in rows]


def selar(
    conn: Connection, office: Office, p: Preparado, quem: Autor, agora: datetime, lugar: Lugar, *, held: bool = False
) -> list[Registro]:
    """Make the seals of a prepared document and take its job (`held`: a job that waited). Return the log's lines."""
    _ocupar_folhas(conn, office, p, lugar)
    _usar_papeis(conn, office, p, lugar, quem, agora)
    entries = _substituir(conn, office, p, lugar, quem)
    livro, folha = _endereco(p)
    emitidos, sealed = sealing.selar(
        conn,
        office,
        p.plano.selos,
        sealing.Lugar(lugar.job_id, lugar.documento_id, lugar.instrumento_id, livro, folha),
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
    else:
        conn.execute(sa.insert(db.job).values(**row))
    _citar(conn, office, p, lugar)
    _lembrar_minuta(conn, office, p, lugar, agora)
    if row["tipo"] == "livro":  # its own word on the signatures counts from here on (N11)
        said = row["instrumento_fixado"]["assinaturas"]
        here = db.instrumento.c.id == lugar.instrumento_id
        values = {"assinaturas": said if said == "pendentes" else None, "primeira_assinatura": None}
        conn.execute(sa.update(db.instrumento).where(here).values(**values))
    return [*entries, *sealed, _registro(lugar.job_id, ACEITO, quem, _detalhe(p, emitidos))]


def _pessoa(conn: Connection, office: Office, p: Preparado) -> people.Pessoa:
    found = people.pessoa(conn, office.serventia_id, p.pedido.escrevente)
    assert found is not None  # `preparar` found them a moment ago
    return found


def _registro(job_id: str, state: str, quem: Autor, detalhe: Mapping[str, Any]) -> Registro:
    return Registro("job", job_id, state, quem.pessoa, quem.sistema, quem.endereco, detalhe)


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
        fixado = store.guardar_corpos(conn, sid, kept)
    livro, folha = _endereco(p)
    return {
        "id": lugar.job_id,
        "serventia_id": sid,
        "documento_id": lugar.documento_id,
        "instrumento_id": lugar.instrumento_id,
        "tipo": p.pedido.documento.tipo,
        "imprimir": getattr(p.pedido.documento, "imprimir", True),
        "pedido": store.guardar_corpos(conn, sid, lugar.dados),
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
            *({"campo": each.campo, "mensagem": each.mensagem} for each in p.plano.avisos),
            *({"campo": each.campo, "mensagem": each.mensagem} for each in p.layout.avisos),
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
    _conferir_papeis(conn, office, p)
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


def _conferir_papeis(conn: Connection, office: Office, p: Preparado, do_documento: int | None = None) -> None:
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
    old = store.job_do_selo(conn, office.serventia_id, p.plano.substitui)
    if old["substituido_por"] and store.job_por_id(conn, office.serventia_id, old["substituido_por"])["viva"]:
        raise entrada_invalida(
            "documento.substitui", f"este selo já foi substituído, pelo trabalho {old['substituido_por']}"
        )
    changes: dict[str, Any] = {"substituido_por": lugar.job_id}
    if old["documento_id"] == lugar.documento_id:
        changes["viva"] = False  # the new print is now the document's one
    conn.execute(sa.update(job).where(job.c.n == old["n"]).values(**changes))
    reason = getattr(p.pedido.documento, "motivo", None)
    what = {"substituido_por": lugar.job_id, "motivo": reason}
    return [_registro(old["id"], old["estado"], quem, what)]


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
    kept = store.guardar_corpos(conn, office.serventia_id, instrumento.model_dump(mode="json", exclude_none=True))
    table = db.instrumento
    conn.execute(sa.update(table).where(table.c.id == lugar.instrumento_id).values(minuta=kept, minuta_em=agora))
