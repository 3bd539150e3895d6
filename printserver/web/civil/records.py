"""The screens of Registro Civil: *Selo Digital* of a record, the exchange, the free acts of a month (C21, C22, C24)."""

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import search
from printserver.common.data import JsonView
from printserver.errors import Recusa, invalid_input
from printserver.office import people
from printserver.seal_actions import exchange, records
from printserver.selo import group_digits
from printserver.web import pin
from printserver.web.address import asked, requested_month, requested_option, this_month
from printserver.web.context import author, csv_file, find_person, now, office
from printserver.web.forms import Form, check_confirmed, check_fields, key, refused_form, ticked, typed_text

EXCHANGE_STATES = {
    "": "Todos",
    "selada": "Com selo, ainda não enviada",
    "enviada": "Enviada",
    "falhou": "O envio falhou",
    "recusada": "Recusada pela central",
}
CHANNELS = {
    "crc": "CRC",
    "crc-jud": "CRC-Jud",
    "e-protocolo": "e-Protocolo",
    "unidade-interligada": "unidade interligada",
}
FUNDAMENTOS = {
    "lei": "gratuidade da lei",
    "declaracao": "declaração da pessoa",
    "justica-gratuita": "justiça gratuita",
    "crianca-adolescente": "criança e adolescente",
    "paternidade": "paternidade",
    "erro-do-oficio": "erro do ofício",
    "cpf": "averbação de CPF",
    "requisicao-oficial": "requisição oficial",
    "troca": "troca de certidão",
}


def record_of(document: JsonView) -> str | None:
    """Return the id of the record that a job's `documento` belongs to, None for one of Notas."""
    if document.get("natureza") != 2:
        return None
    record = document.get("assento") or document.get("processo")
    return str(record) if record else None


def record_seals() -> ResponseReturnValue:
    """Show every seal of a record; exclude those marked, all or none (C21)."""
    record_id = request.args.get("id", "").strip()
    if not record_id:
        raise invalid_input("Endereço", "abra o registro pelo trabalho ou pelo selo")
    if request.method == "GET":
        return _show(record_id, Form())
    try:
        check_fields("motivo", "papel_em_maos", "fora_do_prazo", multiple=("selos",))
        marked = request.form.getlist("selos")
        if not marked:
            raise invalid_input("selos", "marque ao menos um selo")
        data: dict[str, object] = {"selos": marked, "motivo": typed_text("motivo"), "escrevente": find_person().usuario}
        data |= {name: True for name in ("papel_em_maos", "fora_do_prazo") if ticked(name)}
        check_confirmed()
        pin.check("xa", *pin.late(data))
        records.exclude_marked(office(), author(), record_id, data, key())
    except Recusa as refusal:
        return _show(record_id, refused_form(refusal)), refusal.kind.status
    flash(f"{'1 selo excluído' if len(marked) == 1 else f'{len(marked)} selos excluídos'}: nada foi impresso.")
    return redirect(url_for("web.registro", id=record_id), 303)


def _show(record_id: str, form: Form) -> str:
    return render_template(
        "screens/registro.html",
        registro=records.list_seals(office(), record_id),
        em_grupos=group_digits,
        forma=form,
        marcados=set(request.form.getlist("selos")),
        agora=now().isoformat(),
        chefia=find_person().papel in people.HEADS,
    )


def free_acts() -> ResponseReturnValue:
    """Show the free acts of a month by fundamento and ato, or give them as CSV (C24)."""
    if requested_option("formato", ("csv",)):
        month = requested_month()
        return csv_file(search.free_acts_csv(search.free_acts(office(), month)), f"gratuidades-{month}.csv")
    month, filtro, status = asked(requested_month, this_month, "mes")
    values = {"achado": search.free_acts(office(), month), "mes": month, "filtro": filtro}
    return render_template("screens/gratuidades.html", **values, fundamentos=FUNDAMENTOS), status


def exchange_requests() -> ResponseReturnValue:
    """Show the newest requests of the national exchange, with code and link to copy (C9, C22)."""
    state = request.args.get("estado", "").strip()
    if state not in EXCHANGE_STATES:
        raise invalid_input("estado", "escolha uma das situações")
    return render_template(
        "screens/central.html",
        pedidos=exchange.list_all(office(), state or None),
        estado=state,
        estados=EXCHANGE_STATES,
        canais=CHANNELS,
    )


def exchange_file(codigo_hash: str, nome: str) -> ResponseReturnValue:
    """Give a file of a request of the exchange, byte for byte as it was written (C22)."""
    answer = Response(exchange.file_of(office(), codigo_hash, nome), content_type="application/octet-stream")
    suffix = "xml" if nome == "xml" else "txt"
    answer.headers["Content-Disposition"] = f'attachment; filename="certidao.{suffix}"'
    return answer
