"""What waits for a person: one list, for the first page and for the bell on every page.

Questions, prints that did not come out, queues and the court, in one order: mine first, then the nearest term.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import url_for

from printserver import closing, incidents, jobs
from printserver.clock import local_date, rfc3339
from printserver.common.data import JsonObject, JsonView
from printserver.copies import release
from printserver.seal_actions import exchange, signatures
from printserver.web import court_page, first_day, polling, words
from printserver.web.access import ANSWER, CLOSE, COUNTER, INCIDENTS, LOOK, SEALS, SEE_OFFICE, Ability, may
from printserver.web.context import find_person, now, office

# A print whose seals are live and of which nothing came out stays in the list for the term of an XA (X4).
_FAILED_FOR = timedelta(hours=72)
_LAST = "9999"  # sorts after every time: what has no term
_KEEP_S = 10.0
_kept: polling.Kept[tuple["Waiting", ...]] = polling.Kept(_KEEP_S)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits: its kind in a word, what it is, where it is dealt with, and the words of that button.

    It waits for those who have `ability`; those who have `follow` as well are led there. `first`: nothing else can be
    done before it.

    What it is stands in `texto`, or is the print `documento`. `desde` and `ate` are RFC 3339 texts. `quem` is the user
    name of the person whose print waits. `tom` as in `words.Status`.
    """

    especie: str
    texto: str
    endereco: str
    botao: str
    tom: str = "espera"
    documento: JsonView | None = None
    quem: str | None = None
    desde: str | None = None
    ate: str | None = None
    id: str = ""
    ability: Ability = LOOK
    follow: Ability = LOOK
    first: bool = False


def everything() -> list[Waiting]:
    """Return all that waits for the person who is logged in: their own first, then by term."""
    here = office()
    found = _kept.get(here, here.instance_name, lambda: tuple(_find()))
    me = find_person().usuario
    found = tuple(each if may(ANSWER) else replace(each, botao="Ver") for each in found if may(each.ability))
    found = tuple(each if may(each.follow) else replace(each, endereco="") for each in found)
    return sorted(found, key=lambda each: (not each.first, each.quem != me, each.ate or _LAST))


def mine(waiting: list[Waiting]) -> int:
    """Return how many of `waiting` are about prints of the person who is logged in."""
    me = find_person().usuario
    return sum(each.quem == me for each in waiting)


def _find() -> Iterator[Waiting]:
    if left := first_day.missing():
        text = words.plural(left, "passo falta", "passos faltam")
        yield Waiting("Primeiro dia", text, url_for("web.primeiro_dia"), "Continuar", ability=SEE_OFFICE)
    yield from _restored()
    yield from _questions()
    yield from _failed()
    yield from _queues()
    yield from _court()
    yield from _signatures()
    yield from _exchange()
    yield from _closing()
    yield from _files()
    yield from _incidents()


def _restored() -> Iterator[Waiting]:
    """Yield the steps of an office that came from a copy, until it seals and prints again (B3)."""
    found = release.standing(office())
    if found is None:
        return
    missing = [release.NAMES[step] for step in found.faltam]
    left = f"Falta conferir {', '.join(missing)}" if missing else "Falta liberar a serventia"
    text = f"{left}; até lá não se sela nem imprime"
    yield Waiting(
        *("Restaurada", text, url_for("web.restauracao"), "Conferir", "problema"), follow=SEE_OFFICE, first=True
    )


_QUESTIONS = {
    "xa": ("Imprimir de novo?", "Responder"),
    "selo": ("Com selo?", "Responder"),
    "folhas": ("Conferir o papel", "Informar"),
}


def _questions() -> Iterator[Waiting]:
    for job in jobs.open_questions(office()):
        question = job["pergunta"]
        especie, botao = _QUESTIONS[question["tipo"]]
        yield Waiting(
            especie,
            "",
            url_for("web.pergunta", job_id=job["id"]),
            botao,
            documento=job,
            quem=job["escrevente"],
            desde=question["aberta_em"],
            ate=min(filter(None, (question["expira_em"], question["xa_ate"])), default=None),
            id=job["id"],
        )


def _failed() -> Iterator[Waiting]:
    """Yield the sealed prints of which nothing, or not everything, came out, and about which no question is open."""
    since = now() - _FAILED_FOR
    for state in ("falhou", "incerto"):
        for job in jobs.list_all(office(), {"estado": state, "de": local_date(since).isoformat()})["itens"]:
            if job["pergunta"] or not job["vale"]:
                continue
            status = words.status(job)
            yield Waiting(
                status.palavra,
                "",
                url_for("web.trabalho", job_id=job["id"]),
                "Ver",
                "problema",
                documento=job,
                quem=job["escrevente"],
                desde=job["criado_em"],
                id=job["id"],
            )


def _queues() -> Iterator[Waiting]:
    for queue in jobs.all_queues(office()):
        if queue["espera_por"]:
            text = f"{queue['nome']}: {queue['espera_por']}"
            yield Waiting("Fila parada", text, url_for("web.papel"), "Ver o papel", "problema")
        elif queue["parada"]:
            spare = f" A reserva é a fila {queue['reserva']}." if queue["reserva"] else ""
            text = f"{queue['nome']}: {queue['situacao']}. {queue['o_que_fazer'] or ''}{spare}".strip()
            yield Waiting("Fila parada", text, url_for("web.papel"), "Ver as filas", "problema")


def _court() -> Iterator[Waiting]:
    """Yield what the court waits for or refused, acts at the counter without a load, the certificate (T1, T4, H2)."""
    status = court_page.court_status()
    court = url_for("web.tribunal")
    if status["ligado"] and (n := status["atrasados"]):
        yield Waiting("Tribunal", _late(n, "selo passou", "selos passaram"), court, "Ver o envio", "problema")
    if status["ligado"] and (n := status["urgentes"]):
        text = f"{words.plural(n, 'selo tem', 'selos têm')} menos de 4 horas de prazo"
        yield Waiting("Tribunal", text, court, "Ver o envio", ate=_text(status["primeiro_prazo"]))
    if n := status["recusados"] - status["vinculos_recusados"]:
        text = words.plural(n, "selo recusado espera correção", "selos recusados esperam correção")
        yield Waiting("Recusa", text, url_for("web.tribunal", ver="recusados"), "Corrigir", "problema")
    if n := status["vinculos_recusados"]:
        text = words.plural(n, "vínculo recusado espera correção", "vínculos recusados esperam correção")
        yield Waiting("Recusa", text, url_for("web.tribunal", ver="vinculos"), "Corrigir", "problema")
    day = status["sem_carga_desde"]
    if (n := status["sem_carga_atrasados"]) and day:
        load = url_for("web.conferencia", dia=day)
        yield Waiting(
            *("Carga", _late(n, "ato do balcão passou", "atos do balcão passaram"), load, "Conferir", "problema"),
            ability=COUNTER,
        )
    elif status["sem_carga"] and day and day < local_date(now()).isoformat():
        n = status["sem_carga"]
        text = f"{words.plural(n, 'ato do balcão espera', 'atos do balcão esperam')} a carga"
        yield Waiting("Carga", text, url_for("web.conferencia", dia=day), "Conferir", ability=COUNTER)
    if status["certificado_vencido"]:
        yield Waiting("Certificado", "O certificado venceu: nada mais pode ser selado", court, "Ver", "problema")
    elif status["certificado_futuro"]:
        yield Waiting("Certificado", "O certificado ainda não vale: nada pode ser selado", court, "Ver", "problema")
    elif status["certificado_aviso"]:
        until = _text(status["certificado_ate"])
        yield Waiting("Certificado", "O certificado está por vencer", court, "Ver", ate=until)


def _late(n: int, single: str, many: str) -> str:
    return f"{words.plural(n, single, many)} das 24 horas de prazo"


def _text(value: object) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else None if value is None else str(value)


def _signatures() -> Iterator[Waiting]:
    """Yield the instrumentos whose 30 days are over or nearly so (N11)."""
    for case in signatures.pending(office()):
        if not case["aviso"]:
            continue
        left = case["falta_dias"]
        over = "os 30 dias acabaram" if left < 0 else "os 30 dias acabam hoje" if left == 0 else None
        text = over or f"faltam {left} dos 30 dias" if left != 1 else "falta 1 dos 30 dias"
        yield Waiting(
            "Assinaturas",
            f"{case['instrumento']}: {text}",
            url_for("web.assinar", job_id=case["job"]),
            "Ver",
            "problema" if left <= 0 else "espera",
            ability=SEALS,
        )


def _exchange() -> Iterator[Waiting]:
    """Yield the requests of the exchange whose delivery failed: the file bears the seal (C22)."""
    failed: list[JsonObject] = exchange.list_all(office(), "falhou")
    if n := len(failed):
        text = words.plural(n, "certidão não chegou à Central", "certidões não chegaram à Central")
        yield Waiting("Central", f"{text}: mande o arquivo", url_for("web.central", estado="falhou"), "Ver")


def _closing() -> Iterator[Waiting]:
    """Yield the days that nobody closed, in an office that closes its days."""
    with office().db.read() as conn:
        days = closing.unsigned_days(conn, office(), now())
    if days:
        first = words.day(days[0])
        text = f"O dia {first} não está fechado" if len(days) == 1 else f"{len(days)} dias por fechar, desde {first}"
        yield Waiting("Fechamento", text, url_for("web.fechamento", dia=days[0].isoformat()), "Fechar", ability=CLOSE)


def _files() -> Iterator[Waiting]:
    """Yield the files of the office that cannot be used: what they said before is in force."""
    for name, why in office().state.faults.items():
        text = f"{name} não pôde ser usado, e vale o que já valia. {why}"
        yield Waiting("Ajustes", text, url_for("web.ajustes"), "Ver", "problema", ability=SEE_OFFICE)


def _incidents() -> Iterator[Waiting]:
    """Yield the incidents that nobody closed, each with the term that ends first (P213, LGPD)."""
    for each in court_page.court_status()["incidentes"]:
        due = incidents.first_due(each.aberto_em, each.comunicacoes)
        yield Waiting(
            "Incidente",
            f"{each.nome}: {'falta a causa' if each.cessou_em else each.texto}",
            url_for("web.incidente", numero=each.id),
            "Ver",
            "espera" if each.cessou_em else "problema",
            desde=rfc3339(each.aberto_em),
            ate=rfc3339(due[1]) if due is not None else None,
            ability=INCIDENTS,
        )
