"""A person's answers: yes or no to a reprint (X2, X3), with or without a seal (N9), an exclusion without a print (X4).

A yes is one transaction: XAs, new seals and the print together, or nothing. Each answer is given once.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from printserver import db
from printserver.clock import local_date
from printserver.db import lost_a_race
from printserver.delivery.withdraw import tirar_da_fila
from printserver.documents import (
    FichaAbertura,
    Pedido,
    Resposta,
    SeloVivo,
    com_resposta,
    conferir_exclusao,
    conferir_resposta,
    ler_pedido,
)
from printserver.documents.reading import ler
from printserver.errors import Recusa
from printserver.jobs import undo, views
from printserver.jobs.accept import TRIES, Aceite
from printserver.jobs.guard import Mudou, barrar, travar
from printserver.jobs.once import uma_vez
from printserver.jobs.prepare import preparar
from printserver.jobs.requests import Exclusao, RespostaSelo, RespostaXa
from printserver.jobs.seal_and_store import Lugar, selar
from printserver.ledger import bodies, documents, idempotency, jobs, questions
from printserver.ledger.idempotency import Feito
from printserver.ledger.states import CANCELADO
from printserver.office import audit, people
from printserver.office.audit import Registro
from printserver.office.office import Office, quem_age
from printserver.office.people import Autor


def responder_xa(office: Office, autor: Autor, job_id: str, dados: object, chave: str | None = None) -> Aceite:
    """Answer the reprint question. Return the job, and whether the key had answered before.

    Raises `Recusa` `pergunta-respondida`, `pergunta-mudou`, `impressao-em-andamento`, and as `conferir_resposta`.
    """
    people.exigir_direito(autor, "responder")

    def do(resumo: str) -> None:
        answer = ler(RespostaXa, dados)
        if answer.fora_do_prazo:
            with office.db.read() as conn:
                people.exigir_chefia(quem_age(conn, office, answer.escrevente).papel, "a exclusão fora do prazo")
        if answer.confirma:
            _try(office, lambda: _sim(office, autor, job_id, answer, chave, resumo))
        else:
            _try(office, lambda: _nao(office, autor, job_id, answer, chave, resumo))

    return uma_vez(office, autor, f"POST /api/v1/jobs/{job_id}/xa", job_id, dados, chave, do)


def responder_selo(office: Office, autor: Autor, job_id: str, dados: object, chave: str | None = None) -> Aceite:
    """Answer whether a ficha gets its optional seal (N9). Raises `Recusa` `pergunta-respondida`."""
    people.exigir_direito(autor, "responder")

    def do(resumo: str) -> None:
        answer = ler(RespostaSelo, dados)
        _try(office, lambda: _com_ou_sem_selo(office, autor, job_id, answer, chave, resumo))

    return uma_vez(office, autor, f"POST /api/v1/jobs/{job_id}/selo", job_id, dados, chave, do)


def excluir(office: Office, autor: Autor, job_id: str, dados: object, chave: str | None = None) -> Aceite:
    """Make the XA of every live seal of the job's document; nothing is printed (X2, X4, X6)."""
    people.exigir_direito(autor, "responder")

    def do(resumo: str) -> None:
        _try(office, lambda: _excluir(office, autor, job_id, ler(Exclusao, dados), chave, resumo))

    return uma_vez(office, autor, f"POST /api/v1/jobs/{job_id}/excluir", job_id, dados, chave, do)


def _try(office: Office, once: Callable[[], None]) -> None:
    """Run `once` until the ground no longer moves under it."""
    for attempt in range(TRIES):
        try:
            once()
        except (Mudou, DBAPIError) as error:
            if isinstance(error, DBAPIError) and not lost_a_race(error):
                raise
            if attempt == TRIES - 1:
                raise Recusa(
                    "servidor-ocupado", "O documento muda a cada tentativa: responda de novo.", retry_after=1
                ) from error
            continue
        office.bell.ring()
        return


def _aberta(conn: Connection, office: Office, job_id: str, tipo: str) -> tuple[sa.RowMapping, sa.RowMapping]:
    """Return the job and its open question. Raises `Recusa` `pergunta-respondida`, `estado-nao-permite`."""
    row = jobs.job_por_id(conn, office.serventia_id, job_id)
    question = questions.do_job(conn, office, job_id)
    if question is None or question["tipo"] != tipo:
        raise Recusa("estado-nao-permite", "Este trabalho não espera por esta resposta.")
    if (how := questions.como_terminou(question, office.clock())) is not None:
        job = views.job_dict(conn, office, row)
        raise Recusa("pergunta-respondida", f"A pergunta {how}: veja o trabalho como está.", extra={"job": job})
    return row, question


def _fechar(conn: Connection, question: sa.RowMapping, answer: Mapping[str, Any], quem: Autor) -> list[Registro]:
    closed = questions.encerrar(conn, question, "respondida", dict(answer), quem)
    if not closed:
        raise Mudou  # someone answered in this moment: the next look says so
    return closed


def _nao(office: Office, autor: Autor, job_id: str, answer: RespostaXa, chave: str | None, resumo: str) -> None:
    agora = office.clock()
    with office.db.write() as conn:
        quem = people.em_nome_de(autor, quem_age(conn, office, answer.escrevente))
        _row, question = _aberta(conn, office, job_id, "xa")
        entries = _fechar(conn, question, answer.model_dump(mode="json"), quem)
        questions.cancelar_job(conn, office.serventia_id, job_id)
        idempotency.registrar(conn, office, autor, chave, resumo, Feito(job_id, None), agora)
        what = {"resposta": "não", "motivo": answer.motivo, "selos": question["selos"]}
        entries.append(undo.registro(job_id, CANCELADO, quem, what))
        audit.escrever(conn, office.serventia_id, agora, entries)


def _sim(office: Office, autor: Autor, job_id: str, answer: RespostaXa, chave: str | None, resumo: str) -> None:
    sid, agora = office.serventia_id, office.clock()
    with office.db.read() as conn:
        quem = people.em_nome_de(autor, quem_age(conn, office, answer.escrevente))
        row, question = _aberta(conn, office, job_id, "xa")
        _conferir_sim(conn, office, row, question, answer, agora)
        pedido = _pedido(conn, office, row, answer)
        before = jobs.job_vivo(conn, sid, row["documento_id"])
        copies = jobs.copias_do_livro(conn, sid, question["selos"])
    p = preparar(office, pedido, agora)
    for each in [before, *copies]:
        if each is not None:
            tirar_da_fila(office, each, quem, "reimpressão confirmada")
    with office.db.write() as conn:
        documento_id, instrumento_id = travar(conn, office, p)
        row, question = _aberta(conn, office, job_id, "xa")
        before, vivos = undo.nada_a_caminho(conn, office, documento_id, p.plano.identidade)
        _conferir_sim(conn, office, row, question, answer, agora)
        entries = _fechar(conn, question, answer.model_dump(mode="json"), quem)
        entries += undo.desfazer(conn, office, documento_id, before, vivos, answer.motivo or "", quem, agora)
        lugar = Lugar(job_id, documento_id, instrumento_id, _dados(conn, office, row, answer), row["resumo"])
        entries += selar(conn, office, p, quem, agora, lugar, held=True)
        idempotency.registrar(conn, office, autor, chave, resumo, Feito(job_id, None), agora)
        audit.escrever(conn, sid, agora, entries)


def _conferir_sim(
    conn: Connection,
    office: Office,
    row: sa.RowMapping,
    question: sa.RowMapping,
    answer: RespostaXa,
    agora: datetime,
) -> None:
    """Raise unless this yes may go on: asked before anything is taken off a queue, and again in the transaction."""
    try:
        conferir_resposta(
            undo.identidade(conn, row),
            Resposta(
                motivo=answer.motivo,
                papel_em_maos=answer.papel_em_maos,
                selos=answer.selos,
                folha_inicial=answer.folha_inicial,
                folha_final=answer.folha_final,
                fora_do_prazo=answer.fora_do_prazo,
            ),
            question["selos"],
            documents.selos_vivos(conn, office.serventia_id, row["documento_id"]),
            agora,
            office.regras,
            folhas_antigas=_folhas(conn, office, row["documento_id"]),
        )
    except Recusa as recusa:
        if recusa.word == "pergunta-mudou":
            recusa.extra["job"] = views.job_dict(conn, office, row)
        raise


def _com_ou_sem_selo(
    office: Office, autor: Autor, job_id: str, answer: RespostaSelo, chave: str | None, resumo: str
) -> None:
    sid, agora = office.serventia_id, office.clock()
    with office.db.read() as conn:
        quem = people.em_nome_de(autor, quem_age(conn, office, answer.escrevente))
        row, _question = _aberta(conn, office, job_id, "selo")
        pedido = _na_sua_fila(ler_pedido(bodies.devolver_corpos(conn, sid, row["pedido"])), row)
    documento = pedido.documento
    assert isinstance(documento, FichaAbertura)
    decided = com_resposta(documento, answer.gerar)
    p = preparar(office, pedido.model_copy(update={"documento": decided}), agora)
    with office.db.write() as conn:
        documento_id, instrumento_id = travar(conn, office, p)
        row, question = _aberta(conn, office, job_id, "selo")
        if barrar(conn, office, p, documento_id, agora) is not None:
            raise Recusa(
                "pergunta-mudou",
                "Esta ficha ganhou um selo enquanto a pergunta esperava: mande o trabalho de novo.",
                extra={"job": views.job_dict(conn, office, row)},
            )
        entries = _fechar(conn, question, answer.model_dump(mode="json"), quem)
        lugar = Lugar(job_id, documento_id, instrumento_id, row["pedido"], row["resumo"])
        entries += selar(conn, office, p, quem, agora, lugar, held=True)
        idempotency.registrar(conn, office, autor, chave, resumo, Feito(job_id, None), agora)
        audit.escrever(conn, sid, agora, entries)


def _excluir(office: Office, autor: Autor, job_id: str, answer: Exclusao, chave: str | None, resumo: str) -> None:
    sid, agora = office.serventia_id, office.clock()
    with office.db.read() as conn:
        pessoa = quem_age(conn, office, answer.escrevente)
        if answer.fora_do_prazo:
            people.exigir_chefia(pessoa.papel, "a exclusão fora do prazo")
        quem = people.em_nome_de(autor, pessoa)
        row = jobs.job_por_id(conn, sid, job_id)
        before = jobs.job_vivo(conn, sid, row["documento_id"])
        vivos = _conferir_exclusao(conn, office, row, answer, agora)
        copies = jobs.copias_do_livro(conn, sid, [selo.codigo for selo in vivos])
    for each in [before, *copies]:
        if each is not None:
            tirar_da_fila(office, each, quem, "exclusão dos selos")
    with office.db.write() as conn:
        documento_id = undo.travar_documento(conn, row)
        before, vivos = undo.nada_a_caminho(conn, office, documento_id, undo.identidade(conn, row))
        _conferir_exclusao(conn, office, row, answer, agora)
        entries = undo.desfazer(conn, office, documento_id, before, vivos, answer.motivo, quem, agora)
        entries += undo.devolver_substituida(conn, before, quem)
        idempotency.registrar(conn, office, autor, chave, resumo, Feito(job_id, None), agora)
        audit.escrever(conn, sid, agora, entries)


def _conferir_exclusao(
    conn: Connection, office: Office, row: sa.RowMapping, answer: Exclusao, agora: datetime
) -> tuple[SeloVivo, ...]:
    """Return the live seals of the job's document. Raises unless they may be excluded (X2, X4)."""
    vivos = documents.selos_vivos(conn, office.serventia_id, row["documento_id"])
    if not vivos:
        raise Recusa("estado-nao-permite", "Este documento não tem selos válidos: nada há a excluir.")
    conferir_exclusao(
        undo.identidade(conn, row),
        vivos,
        agora,
        office.regras,
        motivo=answer.motivo,
        papel_em_maos=answer.papel_em_maos,
        fora_do_prazo=answer.fora_do_prazo,
    )
    return vivos


def _folhas(conn: Connection, office: Office, documento_id: int) -> set[int]:
    table = db.folha_lado
    query = sa.select(table.c.folha).where(
        table.c.serventia_id == office.serventia_id, table.c.documento_id == documento_id, table.c.estado != "livre"
    )
    return set(conn.execute(query).scalars())


def _dados(conn: Connection, office: Office, row: sa.RowMapping, answer: RespostaXa) -> Any:
    """Return the held request as it is printed: on the folhas that the answer gives, if it gives any (X7).

    A livro dated the day it was asked for keeps that date if the question waited over midnight: the reason that a past
    day needs (S7) is that wait, and goes on record.
    """
    dados = bodies.devolver_corpos(conn, office.serventia_id, row["pedido"])
    if row["tipo"] != "livro":
        return dados
    instrumento = dados["documento"]["instrumento"]
    if answer.folha_inicial is not None:
        instrumento["folha_inicial"] = answer.folha_inicial
        instrumento["folha_final"] = answer.folha_final
    asked_on = local_date(row["criado_em"]).isoformat()
    if instrumento.get("data") == asked_on and not instrumento.get("motivo_data"):
        instrumento["motivo_data"] = f"reimpressão pedida em {asked_on}, confirmada depois"
    return dados


def _pedido(conn: Connection, office: Office, row: sa.RowMapping, answer: RespostaXa) -> Pedido:
    """Return the held request as it is printed. A yes to the XA of a sealed ficha is a yes to its new seal (X2)."""
    pedido = _na_sua_fila(ler_pedido(_dados(conn, office, row, answer)), row)
    documento = pedido.documento
    asked = office.regras.selo_da_ficha == "perguntar"
    if asked and isinstance(documento, FichaAbertura) and documento.gerar_selo is None:
        return pedido.model_copy(update={"documento": com_resposta(documento, True)})
    return pedido


def _na_sua_fila(pedido: Pedido, row: sa.RowMapping) -> Pedido:
    """Return the held request with the queue that it was taken for: whoever answers may print elsewhere."""
    return pedido.model_copy(update={"fila": row["fila"]})
