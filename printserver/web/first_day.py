"""*Primeiro dia*: the steps from an empty office to its first print, each with where it is done (A5, S6, S9, P5, T1).

A step is done when the office shows it, not when somebody ticks it. A demonstration office has no first day.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from printserver import db
from printserver.clock import local_date
from printserver.office import people
from printserver.selo import NATUREZAS
from printserver.web.context import now, office


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what, why, where it is done, and whether it is."""

    nome: str
    texto: str
    endereco: str
    botao: str
    feito: bool


def first_day() -> ResponseReturnValue:
    """Show the steps."""
    found = list(steps())
    return render_template("screens/primeiro_dia.html", passos=found, faltam=sum(not each.feito for each in found))


def missing() -> int:
    """Return how many steps are left; 0 in a demonstration office."""
    return 0 if office().demonstracao else sum(not each.feito for each in steps())


def steps() -> Iterator[Step]:
    """Yield the steps in the order in which they are done."""
    here = office()
    settings, sid = here.settings, here.serventia_id
    with here.db.read() as conn:
        active = [who.papel for who, is_active in people.list_people(conn, sid) if is_active]
        queues = [row.tipo for row in conn.execute(sa.select(db.fila.c.tipo).where(db.fila.c.serventia_id == sid))]
        logged = sa.select(sa.literal(1)).where(db.log.c.serventia_id == sid, db.log.c.objeto == "fila")
        tested = conn.execute(logged.where(db.log.c.estado == "provada").limit(1)).first() is not None
        jobs = sa.select(sa.literal(1)).where(db.job.c.serventia_id == sid, db.job.c.estado == "impresso")
        printed = conn.execute(jobs.limit(1)).first() is not None
    named = settings.serventia.nome != f"Serventia {here.cns}" and bool(settings.serventia.oficial)
    yield Step(
        "Nome da serventia e de quem responde por ela",
        "Saem nos documentos e nas certidões.",
        url_for("web.configuracao", _anchor="serventia"),
        "Dar os nomes",
        named,
    )
    yield Step(
        "Pessoas",
        "O tabelião ou um substituto, e quem pratica os atos. Cada um com o próprio nome.",
        url_for("web.pessoas"),
        "Cadastrar pessoas",
        bool(people.HEADS & set(active)) and len([role for role in active if role != "administrador"]) > 1,
    )
    yield Step(
        "Certificado da serventia",
        "O certificado A1 assina cada selo. O de teste não vale no tribunal.",
        url_for("web.certificado"),
        "Pôr o certificado",
        not here.certificado.self_signed,
    )
    today = local_date(now())
    priced = any(here.servicos.usable(each, today, demonstracao=False) for each in NATUREZAS)
    yield Step(
        "Valores",
        "A tabela de emolumentos em vigor, com as parcelas de cada serviço.",
        url_for("web.servicos"),
        "Pôr os valores",
        priced,
    )
    yield Step(
        "Fila de impressão",
        "A impressora do cartório, pelo CUPS.",
        url_for("web.ajuste_filas"),
        "Acrescentar a fila",
        "cups" in queues,
    )
    yield Step(
        "Página de teste",
        "Mostra se a página cai no lugar, e se o CUPS não imprime nada duas vezes.",
        url_for("web.ajuste_filas"),
        "Imprimir a página de teste",
        tested,
    )
    yield Step(
        "Tribunal",
        "O endereço do serviço do tribunal; experimente antes de gravar. Com o tribunal simulado treina-se sem valer.",
        url_for("web.ajuste_tribunal"),
        "Pôr o endereço",
        bool(settings.tribunal.url),
    )
    yield Step(
        "Primeira impressão",
        "Uma minuta, que não leva selo, mandada pelo programa do cartório com a chave dele.",
        url_for("web.chaves"),
        "Ver as chaves",
        printed,
    )
