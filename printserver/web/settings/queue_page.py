"""*Ajustes › Filas › uma fila*: default, spare, numbered paper, offsets, test page, where it prints, taking it away."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.common.data import JsonObject
from printserver.delivery import cups_server, queue_setup, queue_trial, queues
from printserver.documents import KINDS
from printserver.errors import Recusa, invalid_input
from printserver.ledger import Queue
from printserver.printing import CupsServer
from printserver.web import polling
from printserver.web.context import author, office
from printserver.web.forms import Form, check_fields, refused_form, ticked, typed_text
from printserver.web.settings import queue_trials
from printserver.web.settings.queues import PREPARE_S, TYPES, at_field, changing, check_folder, prepare

SIZES: Final = ("210x297", "216x305", "215x301", "215x310", "160x155")
_NUMBER: Final = re.compile(r"-?\d{1,3}(?:[.,]\d{1,2})?", re.ASCII)


def queue_page(fila: str) -> ResponseReturnValue:
    """Show a queue; do what one of its forms asks."""
    queue = _queue(fila)
    if request.method == "GET":
        return _page(queue, Form(), "")
    action = typed_text("acao")
    if action not in _ACTIONS:
        raise Recusa("entrada-invalida", "Nada foi feito: use um dos botões.")
    try:
        with at_field(""), office().db.read() as conn:  # before CUPS is touched; `changing` looks again
            queue_setup.require_unchanged(conn, queue.serventia_id, fila, typed_text("visto"))
        answer = _ACTIONS[action](queue)
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        return _page(_queue(fila), refused_form(refusal), action), refusal.kind.status
    return redirect(answer or url_for("web.ajuste_fila", fila=fila), 303)


def live_trial(fila: str) -> ResponseReturnValue:
    """Answer the poll of the test page."""
    queue = _queue(fila)
    return polling.answer(lambda: _trial(queue))


def _queue(nome: str) -> Queue:
    here = office()
    with here.db.read() as conn:
        found = queue_setup.find_queue(conn, here.serventia_id, nome)
    if found is None:
        abort(404)
    return found


def _page(queue: Queue, form: Form, action: str) -> str:
    here = office()
    found = queues.list_all(here)
    shown = next(each for each in found if each["nome"] == queue.nome)
    trays = sorted({*shown["bandejas"], *(queue.deslocamentos or {})} - {""})
    return render_template(
        "screens/ajuste_fila.html",
        fila=queue,
        visto=queue_setup.mark(queue),
        estado=shown,
        tipos=TYPES,
        formas_de={action: form},
        vazia=Form(),
        outras=[each["nome"] for each in found if each["nome"] != queue.nome],
        bandejas=trays,
        deslocamentos=[
            (tray, *(_millimetres(value) for value in (queue.deslocamentos or {}).get(tray, (0.0, 0.0))))
            for tray in ("", *trays)
        ],
        tamanhos=SIZES,
        teste=_trial(queue).html,
        conserta=queue.tipo == "cups" and _to_mend(shown),
    )


def _trial(queue: Queue) -> polling.Part:
    trial = queue_trials.last(office(), queue.nome)
    return polling.live_part("screens/_teste_da_fila.html", "web.vivo_teste", {"fila": queue.nome}, teste=trial)


def _to_mend(shown: JsonObject) -> bool:
    """Return whether CUPS has settings that are no good for sealed paper (X5)."""
    return shown["politica"] not in (None, queues.ABORT) or bool((shown["prova"] or {}).get("guarda_arquivos"))


# -- what the forms do ------------------------------------------------------------------------------------------------


def _make_default(queue: Queue) -> None:
    check_fields("visto", "acao")
    with changing(queue.nome, "padrão", "") as (act, what):
        what |= queue_setup.make_default(act.conn, queue.serventia_id, queue.nome)
    flash(f"A fila {queue.nome} é a padrão: imprime o que não diz outra.")


def _set_spare(queue: Queue) -> None:
    check_fields("visto", "acao", "reserva")
    spare = typed_text("reserva") or None
    with changing(queue.nome, "reserva", "reserva") as (act, what):
        what |= queue_setup.set_spare(act.conn, queue.serventia_id, queue.nome, spare)
    flash(f"Reserva da fila {queue.nome}: {spare or 'nenhuma'}.")


def _number(queue: Queue) -> None:
    check_fields("visto", "acao", "numerado")
    numbered = ticked("numerado")
    with changing(queue.nome, "mudada", "numerado") as (act, what):
        what |= queue_setup.set_numbered(act.conn, queue.serventia_id, queue.nome, numbered=numbered)
    said = "tem papel numerado: informe em Papel o número que está por cima" if numbered else "não tem papel numerado"
    flash(f"A fila {queue.nome} {said}.")


def _offset(queue: Queue) -> None:
    check_fields("visto", "acao", "bandeja", "x", "y")
    tray, x, y = typed_text("bandeja"), _typed_mm("x"), _typed_mm("y")
    with changing(queue.nome, "deslocada", "x") as (act, what):
        what |= queue_setup.set_offset(act.conn, queue.serventia_id, queue.nome, tray, x, y)
    flash(f"Deslocamento guardado: {_millimetres(x)} × {_millimetres(y)} mm. Vale para o que for entregue agora.")


def _test(queue: Queue) -> None:
    check_fields("visto", "acao", "bandeja", "papel", "frente_verso", "papel_comum")
    with at_field("papel"):
        size = queue_trial.parse_size(typed_text("papel") or SIZES[0])
    if queue.papel_numerado and not ticked("papel_comum"):
        raise invalid_input("papel_comum", "o papel desta fila é numerado: ponha papel comum na bandeja, e marque")
    page = queue_trial.TestPage(typed_text("bandeja") or None, *size, ticked("frente_verso"))
    queue_trials.start(office(), author(), queue, page)


def _mend(queue: Queue) -> None:
    check_fields("visto", "acao", "mudar_servidor")
    server = CupsServer(cups_server(office().instance, queue), PREPARE_S)
    changes = prepare(server, queue.destino, None, "mudar_servidor")
    with changing(queue.nome, "mudada", "mudar_servidor") as (_act, what):
        what["mudancas"] = changes
    flash("; ".join(changes) if changes else "Nada havia a mudar no CUPS. Imprima a página de teste outra vez.")


def _move(queue: Queue) -> None:
    check_fields("visto", "acao", "pasta", "fila_cups", "mudar_servidor")
    changes: list[str] = []
    if queue.tipo == "pasta":
        field, destination = "pasta", str(check_folder(typed_text("pasta")))
    else:
        field, destination = "fila_cups", typed_text("fila_cups")
        server = CupsServer(cups_server(office().instance, queue), PREPARE_S)
        changes = prepare(server, destination, None, field)
    with changing(queue.nome, "mudada", field) as (act, what):
        what |= queue_setup.set_destination(act.conn, queue.serventia_id, queue.nome, destination)
        what["mudancas"] = changes
    flash(f"A fila {queue.nome} imprime agora em {destination}. Imprima a página de teste.")


def _remove(queue: Queue) -> str:
    check_fields("visto", "acao", "certeza")
    if not ticked("certeza"):
        raise invalid_input("certeza", "marque que é isso mesmo")
    settings = office().settings.filas
    named = {f"filas.{kind}": settings.of(kind) for kind in KINDS}
    with changing(queue.nome, "tirada", "certeza") as (act, what):
        what |= queue_setup.remove(act.conn, queue.serventia_id, queue.nome, named)
    flash(f"A fila {queue.nome} foi tirada. No CUPS e nas pastas nada mudou.")
    return url_for("web.ajuste_filas")


_ACTIONS: Final[Mapping[str, Callable[[Queue], str | None]]] = {
    "padrao": _make_default,
    "reserva": _set_spare,
    "numerar": _number,
    "deslocar": _offset,
    "teste": _test,
    "corrigir": _mend,
    "mudar": _move,
    "tirar": _remove,
}


def _typed_mm(field: str) -> float:
    text = typed_text(field).replace("+", "").replace(" ", "")
    if not _NUMBER.fullmatch(text):
        raise invalid_input(field, "deve ser um número de milímetros, como 1,5 ou -0,3")
    return float(text.replace(",", "."))


def _millimetres(value: float) -> str:
    return f"{value:g}".replace(".", ",")
