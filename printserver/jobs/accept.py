"""The acceptance of a print: laid out first, then sealed and taken in one transaction, or refused (S12).

1. The same key again finds what it made. 2. `prepare` lays the document out. 3. One transaction: the document's row is
locked, what the layout rests on is read again, the reprint guard decides, seals are made, job, outbox and log written.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection, RowMapping
from sqlalchemy.exc import DBAPIError

from printserver.db import lost_a_race
from printserver.documents import Pedido, ler_pedido
from printserver.errors import Recusa
from printserver.jobs import views
from printserver.jobs.guard import Mudou, barrar, travar
from printserver.jobs.prepare import Preparado, preparar
from printserver.jobs.seal_and_store import (
    Lugar,
    conferir_papeis,
    segurar,
    selar,
)
from printserver.ledger import idempotency, jobs, questions
from printserver.ledger.idempotency import Feito
from printserver.ledger.states import CANCELADO, HELD
from printserver.office import audit, people
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor

ROTA = "POST /api/v1/jobs"
TRIES = 5  # of an acceptance whose ground moved under it
_REIMPRESSAO = "reimpressao-exige-xa"
_FACULTATIVO = "selo-facultativo"


@dataclass(frozen=True, slots=True)
class Aceite:
    """What came of a request: the job as it stands; `recusa` where the first answer was a problem."""

    job: dict[str, Any]
    recusa: Recusa | None
    repetido: bool


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
        row = jobs.job_por_id(conn, office.serventia_id, feito.job_id)
        job = views.job_dict(conn, office, row)
        if feito.palavra is None:
            return Aceite(job, None, repetido)
        question = questions.do_job(conn, office, feito.job_id)
        before = jobs.job_vivo(conn, office.serventia_id, row["documento_id"])
    extra: dict[str, Any] = {"job": job}
    if feito.palavra == _REIMPRESSAO and before is not None:
        extra["anterior"] = jobs.anterior(before, row["campos"])
    return Aceite(job, Recusa(feito.palavra, _pergunta(office, question, job), extra=extra), repetido)


def _pergunta(office: Office, question: RowMapping | None, job: Mapping[str, Any]) -> str:
    """Return what a caller is told of the question that held its job: the question, or how it ended and what to do."""
    if question is None:
        return "O documento espera pela resposta de uma pessoa."
    how = questions.como_terminou(question, office.clock())
    if how is None:
        return str(question["texto"])
    answered = [step for step in job["historico"] if step["estado"] not in HELD][:1]
    if answered and question["estado"] == "respondida":
        when = datetime.fromisoformat(answered[0]["quando"])
        how += f" por {answered[0]['quem'] or answered[0]['sistema']} em {when:%d/%m/%Y às %Hh%M}"
    if job["estado"] == CANCELADO:
        return f"A pergunta {how}, e nada foi impresso. Para pedir a impressão de novo, envie com outra chave."
    return f"A pergunta {how}, e o trabalho seguiu: veja como está, em job. Não responda de novo."


def _decidir(
    conn: Connection, office: Office, p: Preparado, autor: Autor, agora: datetime, dados: object, resumo: str
) -> Feito:
    """Guard once more, under the document's lock; then hold the job for a question, or seal and take it."""
    documento_id, instrumento_id = travar(conn, office, p)
    guarda = barrar(conn, office, p, documento_id, agora)
    # The same press of the button brings the same numbers: the question comes first, and its yes refuses them.
    conferir_papeis(conn, office, p, do_documento=documento_id if guarda is not None else None)
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
    lugar = Lugar(job_id, documento_id, instrumento_id, dados, resumo)
    if guarda is None:
        entries += selar(conn, office, p, quem, agora, lugar)
    else:
        entries += segurar(conn, office, p, quem, agora, lugar, guarda)
    audit.escrever(conn, office.serventia_id, agora, entries)
    return Feito(job_id, None if guarda is None else _palavra(guarda))


def _palavra(guarda: questions.Texto) -> str:
    """Return the word of the answer that holds a job for this question."""
    return _REIMPRESSAO if guarda.tipo == "xa" else _FACULTATIVO


def _pessoa(conn: Connection, office: Office, p: Preparado) -> people.Pessoa:
    found = people.pessoa(conn, office.serventia_id, p.pedido.escrevente)
    assert found is not None  # `preparar` found them a moment ago
    return found
