"""Documents made here from a print: the one that replaces it (X8), and a copy of a livro by court order (N11).

Each is shown before it is made; `jobs` makes the request, and accepts it as one of a program.
"""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.clock import local_date
from printserver.common.data import JsonObject, JsonView
from printserver.errors import Recusa, invalid_input
from printserver.selo import centavos
from printserver.web import pin, words
from printserver.web.context import author, now, office, person_name
from printserver.web.forms import Form, check_fields, key, refused_form, ticked, typed_choice, typed_text
from printserver.web.seals import fee_input

COPY_TYPES = {"traslado": "Traslado", "certidao": "Certidão"}
_COMMON = ("fila", "papel_seguranca", "visto")
_SAID_BEFORE = "Este formulário já tinha sido enviado: este é o documento que ele fez."


def replace_print(job_id: str) -> ResponseReturnValue:
    """Ask for the reason, show a preview, and make the document that replaces a print once it is confirmed."""
    job = jobs.look_up(office(), job_id)
    if job["substituido_por"]:
        flash("O documento já foi substituído: este é o que tomou o lugar dele.")
        return redirect(url_for("web.trabalho", job_id=job["substituido_por"]), 303)
    if request.method == "GET":
        return _show_replacement(job, Form())
    preview: JsonObject | None = None
    try:
        check_fields("motivo", "saiu", *_COMMON)
        planned = jobs.replacement(office(), author(), job_id, typed_text("motivo"), _queue(), _sheet_numbers())
        if not ticked("saiu") and not words.is_past(planned.prazo, now()):
            text = "marque-o; se o papel está em mãos e o prazo da exclusão corre, imprima de novo pelo programa (XA)"
            raise invalid_input("saiu", text)
        preview = _replacement_preview(job, planned)
        if not _confirmed(preview):
            return _show_replacement(job, refused_form(Recusa("entrada-invalida", "")), preview)
        pin.check("substituicao")
        made = jobs.accept(office(), author(), planned.pedido, planned.chave)
    except Recusa as refusal:
        return _refused(refusal, lambda form: _show_replacement(jobs.look_up(office(), job_id), form, preview))
    return _made(made, "O documento foi substituído. Este é o novo, que vai ser impresso.")


def copy_by_court_order(job_id: str) -> ResponseReturnValue:
    """Ask for the order and the copy, show a preview, and make the copy once it is confirmed."""
    job = jobs.look_up(office(), job_id)
    if request.method == "GET":
        return _show_court_copy(job, Form())
    preview: JsonObject | None = None
    try:
        check_fields("tipo", "ordem_judicial", "pedido", "via", *fee_input.FIELDS, *_COMMON)
        if ticked("confirmo") and (before := jobs.made_with(office(), author(), key())):
            flash(_SAID_BEFORE)
            return redirect(url_for("web.trabalho", job_id=before), 303)
        copy = _typed_copy()
        data = jobs.court_copy(office(), author(), job_id, copy, _queue(), _sheet_numbers())
        preview = _court_copy_preview(data, copy)
        if not _confirmed(preview):
            return _show_court_copy(job, refused_form(Recusa("entrada-invalida", "")), preview)
        pin.check(*pin.free(copy))
        made = jobs.accept(office(), author(), data, key())
    except Recusa as refusal:
        return _refused(refusal, lambda form: _show_court_copy(job, form, preview))
    return _made(made, "A cópia por ordem judicial foi feita e vai ser impressa.")


def _made(made: jobs.Acceptance, said: str) -> ResponseReturnValue:
    """Redirect to the job that was made; if it was held by a question, to the question."""
    held = made.refusal is not None and made.job["pergunta"] is not None
    flash("Nada foi feito ainda: o documento espera por uma resposta." if held else said)
    return redirect(url_for("web.pergunta" if held else "web.trabalho", job_id=made.job["id"]), 303)


def _refused(refusal: Recusa, show: Callable[[Form], str]) -> ResponseReturnValue:
    if refusal.word in ("sem-permissao", "nao-encontrado"):
        raise refusal
    return show(refused_form(refusal)), refusal.kind.status


def _confirmed(preview: JsonView) -> bool:
    return ticked("confirmo") and typed_text("visto") == preview["marca"]


def _queue() -> str | None:
    """Return the queue of the form, None for that of the type. Raises `Recusa` `entrada-invalida`."""
    if not typed_text("fila"):
        return None
    return typed_choice("fila", tuple(each["nome"] for each in jobs.all_queues(office())))


def _sheet_numbers() -> list[str]:
    return re.split(r"[\s,;]+", typed_text("papel_seguranca")) if typed_text("papel_seguranca") else []


def _typed_copy() -> dict[str, object]:
    """Return type, number, order and value of the copy, as in a request."""
    tipo = typed_choice("tipo", COPY_TYPES)
    copy: dict[str, object] = {"tipo": tipo, "ordem_judicial": typed_text("ordem_judicial")}
    copy |= fee_input.changed_value({})
    if tipo == "certidao":
        if not typed_text("pedido"):
            raise invalid_input("pedido", "informe o número do pedido")
        return copy | {"pedido": typed_text("pedido"), "via": _via()}
    for name in ("pedido", "via"):
        if typed_text(name):
            raise invalid_input(name, "é da certidão; o traslado tem o número seguinte: deixe em branco")
    return copy | {"numero": "proximo"}


def _via() -> int:
    text = typed_text("via") or "1"
    if not re.fullmatch(r"[0-9]{1,4}", text, re.ASCII) or int(text) < 1:
        raise invalid_input("via", "deve ser um número, de 1 em diante")
    return int(text)


def _replacement_preview(job: JsonView, planned: jobs.Replacement) -> JsonObject:
    """Return what changes, before and after, and a mark of it."""
    found = jobs.simulate(office(), author(), planned.pedido)
    old = next(each for each in job["selos"] if planned.codigo in (each["codigo"], each["atual"]))
    rows = [
        ("Selo", planned.codigo, "um novo, feito ao confirmar"),
        ("Data do ato", words.data(jobs.selo(office(), planned.codigo)["data"]), words.day(local_date(now()))),
        ("Valor", words.reais(old["atual_centavos"]), f"{_total(found)}, isento"),
        *((("Selo no QR", job["qr"]["selo"], found.qr),) if found.qr and job["qr"] else ()),
        ("Páginas", str(job["paginas"]), str(found.paginas)),
        ("Fila", job["fila"], found.fila),
        ("Subscritor", person_name(job["subscritor"]), person_name(found.subscritor)),
    ]
    mark = _mark(planned.pedido, rows)
    return {"linhas": rows, "avisos": found.avisos, "folhas": found.folhas, "marca": mark}


def _court_copy_preview(data: JsonView, copy: Mapping[str, object]) -> JsonObject:
    """Return what would be made, and a mark of it."""
    found = jobs.simulate(office(), author(), data)
    selo = found.selos[0]
    rows = [
        ("Documento", words.title(found.documento)),
        ("Processo", str(copy["ordem_judicial"])),
        ("Selo", f"um novo, {selo.ato} · {selo.descricao}"),
        ("Valor", f"isento: {selo.motivo_isencao}" if selo.isento else _total(found)),
        ("QR", f"do selo do ato principal, {found.qr}" if found.qr else "do selo novo"),
        ("Páginas", f"{found.paginas}, em {words.plural(found.folhas, 'folha', 'folhas')}"),
        ("Fila", found.fila),
        ("Subscritor", person_name(found.subscritor)),
    ]
    return {"linhas": rows, "avisos": found.avisos, "marca": _mark(data, rows), "pin": pin.free(copy)}


def _total(found: jobs.Preview) -> str:
    return words.reais(sum(centavos(each.emolumentos.total_do_selo(each.iss_a_parte)) for each in found.selos))


def _mark(data: JsonView, rows: object) -> str:
    """Return a mark of the preview, so that only what was shown is executed."""
    return hashlib.sha256(repr((sorted(data), data["documento"], rows)).encode()).hexdigest()


def _show_replacement(job: JsonView, form: Form, preview: JsonView | None = None) -> str:
    why_not = "Este tipo de documento não sai do cartório: não se substitui."
    live = [each for each in job["selos"] if each["excluido_por"] is None]
    until = jobs.selo(office(), live[0]["atual"])["xa_ate"] if live else None
    return render_template(
        "screens/substituir.html",
        job=job,
        forma=form,
        visto=preview,
        por_que_nao=jobs.further(office(), author(), job["id"]).get("substituir", why_not),
        prazo=until,
        corre=until is not None and now() <= datetime.fromisoformat(until),
        **_print_context(),
    )


def _show_court_copy(job: JsonView, form: Form, preview: JsonView | None = None) -> str:
    why_not = "A cópia por ordem judicial se tira da impressão do livro."
    return render_template(
        "screens/copia_judicial.html",
        job=job,
        forma=form,
        visto=preview,
        por_que_nao=jobs.further(office(), author(), job["id"]).get("copia_judicial", why_not),
        tipos=COPY_TYPES,
        **_print_context(),
        **fee_input.template_context(),
    )


def _print_context() -> JsonObject:
    return {"filas": jobs.all_queues(office()), "exige_papel": office().rules.sheets_required}
