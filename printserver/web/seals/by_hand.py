"""Seals and links made by hand: a seal without a print (N12), links (R4), a carta de sentença (N10). In two steps."""

import re
from collections.abc import Callable
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver import jobs, search
from printserver.clock import local_date
from printserver.common.data import JsonObject, JsonView
from printserver.documents import read
from printserver.errors import Recusa, invalid_input
from printserver.seal_actions import carta, link, price_day, standalone
from printserver.selo import LABELS, NewSelo, centavos
from printserver.web import pin, words
from printserver.web.context import author, find_person, now, office
from printserver.web.forms import Form, check_fields, key, refused_form, typed_choice, typed_day, typed_text
from printserver.web.seals import change, fee_input

_NATUREZAS = {"1": "Notas", "2": "Registro Civil"}
_BY_CODE, _BY_VALUE = "selo", "valor"
CERTIDAO = {_BY_CODE: "Já tem selo", _BY_VALUE: "Fazer o selo agora"}


def new_seal() -> ResponseReturnValue:
    """Ask for a seal without a print, show what it comes to, and make it."""
    natureza = request.values.get("natureza", "1")
    natureza = natureza if natureza in _NATUREZAS else "1"

    def show(form: Form, shown: change.Change | None = None) -> str:
        here = office()
        kinds = [here.atos.get(code, int(natureza)) for code in here.atos.codigos(int(natureza))]
        day = price_day(int(natureza), local_date(now()), now())
        usable = here.servicos.usable(int(natureza), day, demonstracao=here.demonstracao)
        return render_template(
            "screens/selo_novo.html",
            forma=form,
            visto=shown,
            natureza=natureza,
            naturezas=_NATUREZAS,
            tipos={
                each.codigo: each
                for each in kinds
                if each and not each.so_retificador and not each.hibrido and each.seals(demonstracao=here.demonstracao)
            },
            servicos={each.nome: f"{each.descricao}: {words.reais(centavos(fee.total))}" for each, fee in usable},
            componentes=LABELS,
        )

    if request.method == "GET":
        return show(Form())
    fields = ("natureza", "ato", "identificador", "data", "motivo_data", "partes", *fee_input.FIELDS)
    return _two_steps(fields, _seal_data, _new, standalone.seal, show, "Selo {} feito.")


def links() -> ResponseReturnValue:
    """Ask for a vinculador and its vinculados, show them, and link them."""

    def show(form: Form, shown: change.Change | None = None) -> str:
        return render_template("screens/vinculos.html", forma=form, visto=shown)

    if request.method == "GET":
        return show(Form({"vinculador": request.args.get("vinculador", "")}))

    def make(*asked: object) -> tuple[str, bool]:
        made, repeated = link.link_selos(*asked)  # type: ignore[arg-type]
        return str(made["vinculador"]), repeated

    said = "Vínculos registrados; vão ao tribunal depois dos dois selos."
    return _two_steps(("vinculador", "vinculados"), _links_data, _linked, make, show, said)


def judgment_letter() -> ResponseReturnValue:
    """Ask for the certidão and the autenticações of a carta de sentença, show them, and make its seal and links."""

    def show(form: Form, shown: change.Change | None = None) -> str:
        return render_template(
            "screens/carta_de_sentenca.html",
            forma=form,
            visto=shown,
            certidoes=CERTIDAO,
            servicos=fee_input.services(),
            componentes=LABELS,
        )

    if request.method == "GET":
        return show(Form())

    def make(*asked: object) -> tuple[str, bool]:
        made, repeated = carta.make_carta(*asked)  # type: ignore[arg-type]
        return str(made["codigo"]), repeated

    fields = ("identificador", "data", "motivo_data", "tem", "certidao", "autenticacoes", *fee_input.FIELDS)
    return _two_steps(fields, _carta_data, _carta, make, show, "Carta de sentença: selo {} feito.")


def _two_steps(
    fields: tuple[str, ...],
    asked: Callable[[], JsonObject],
    plan: Callable[[JsonView], change.Change],
    make: Callable[..., tuple[str, bool]],
    show: Callable[..., str],
    said: str,
) -> ResponseReturnValue:
    """Read the form, show what it would do, and do it once that is confirmed."""
    shown = None
    try:
        check_fields(*fields, *change.FIELDS)
        data = asked() | {"escrevente": find_person().usuario}
        if not change.repeated():
            shown = replace(plan(data), pin=_free(data))
            if not change.confirmed(shown):
                return show(change.shown_form(), shown)
        codigo, _repeated = make(office(), author(), data, key())
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        again = shown if change.unconfirmed(refusal) else None
        return show(refused_form(refusal), again), refusal.kind.status
    flash(said.format(codigo))
    return redirect(url_for("web.selo", codigo=codigo), 303)


def _day_data() -> JsonObject:
    day, reason = typed_day("data"), typed_text("motivo_data")
    return ({"data": day.isoformat()} if day else {}) | ({"motivo_data": reason} if reason else {})


def _seal_data() -> JsonObject:
    data: JsonObject = {"natureza": int(typed_choice("natureza", _NATUREZAS)), **_day_data()}
    data |= {name: typed_text(name) for name in ("ato", "identificador")}
    parties = [line.strip() for line in typed_text("partes").splitlines() if line.strip()]
    return data | ({"partes": parties} if parties else {}) | fee_input.typed_value()


def _new(data: JsonView) -> change.Change:
    planned: NewSelo = standalone.simulate(office(), author(), data)
    total = centavos(planned.emolumentos.total_do_selo(planned.iss_a_parte))
    rows: list[tuple[str, str | None, str]] = [
        ("Ato", None, f"{planned.ato} · {planned.descricao}"),
        ("Data do ato", None, words.day(local_date(planned.momento))),
        ("Identificador", None, planned.identificador),
        *((("Partes", None, "; ".join(planned.partes)),) if planned.partes else ()),
        *_fee_rows(planned.emolumentos.to_centavos()),
    ]
    if planned.isento:
        rows.append(("Isento", None, planned.motivo_isencao or "sim"))
    doubts = change.same_act(planned.natureza, planned.ato, planned.identificador)
    return change.Change(rows, (None, total), doubts + change.unusual(planned.natureza, planned.ato, total))


def _fee_rows(fees: JsonView) -> list[tuple[str, str | None, str]]:
    return [(LABELS[name], None, words.reais(value)) for name, value in fees.items() if value]


def _links_data() -> JsonObject:
    above = _codes("vinculador")
    if len(above) != 1:
        raise invalid_input("vinculador", "diga um selo só")
    return {"vinculador": above[0], "vinculados": _codes("vinculados")}


def _linked(data: JsonView) -> change.Change:
    above = _known("vinculador", data["vinculador"])
    rows: list[tuple[str, str | None, str]] = [("Vinculador", None, _said(above))]
    rows += [(code, _said(_known("vinculados", code)), f"vinculado a {above['codigo']}") for code in data["vinculados"]]
    return change.Change(rows, None)


def _carta_data() -> JsonObject:
    data: JsonObject = {"identificador": typed_text("identificador"), **_day_data()}
    if typed_choice("tem", CERTIDAO) == _BY_VALUE:
        data["certidao"] = fee_input.typed_value()
    else:
        codes = _codes("certidao")
        if len(codes) != 1:
            raise invalid_input("certidao", "diga um selo só")
        data["certidao"] = codes[0]
    return data | {"autenticacoes": _codes("autenticacoes", blank=True)}


def _free(data: JsonView) -> tuple[pin.PinAct, ...]:
    """Return the act `isento` if a seal of the form is free of charge: that of a carta is so by rule."""
    certidao = data.get("certidao")
    return pin.free(certidao if isinstance(certidao, dict) else data)


def _carta(data: JsonView) -> change.Change:
    read(carta.Carta, data)
    rows: list[tuple[str, str | None, str]] = [("Identificador", None, data["identificador"])]
    total, doubts = 0, change.same_act(fee_input.NOTAS, carta.ATO, data["identificador"])
    if isinstance(data["certidao"], str):
        rows.append(("Certidão", None, _said(_known("certidao", data["certidao"]))))
    else:
        total = change.total_of(data["certidao"], fee_input.NOTAS, local_date(now()))
        rows.append(("Certidão", None, f"selo novo, {words.reais(total)}"))
        doubts += change.unusual(fee_input.NOTAS, carta.CERTIDAO_ATO, total)
    copies = [_known("autenticacoes", code) for code in data["autenticacoes"]]
    rows += [("Autenticação", None, _said(each)) for each in copies]
    return change.Change(rows, (None, total), doubts, ("O selo da carta é de R$ 0,00: o valor está nos vinculados.",))


def _codes(nome: str, *, blank: bool = False) -> list[str]:
    """Return the codes of a field: one on each line, or separated by blanks; or whole QRs."""
    found = []
    for each in re.split(r"[\s,;]+", typed_text(nome)):
        terms = search.parse_terms(each)
        if terms.wrong_codigo:
            raise invalid_input(nome, f"{terms.codigo}: o dígito verificador (o último caractere) não confere")
        if each and not terms.codigo:
            raise invalid_input(nome, f"{each[:60]} não é um código de selo: são 25 caracteres, ou o QR inteiro")
        found += [terms.codigo] if terms.codigo else []
    if not found and not blank:
        raise invalid_input(nome, "preencha este campo")
    return found


def _known(nome: str, codigo: str) -> JsonObject:
    try:
        return jobs.selo(office(), codigo)
    except Recusa:
        raise invalid_input(nome, f"não há selo com o código {codigo} nesta serventia") from None


def _said(found: JsonView) -> str:
    return f"{found['codigo']} · {found['descricao']} · {words.reais(found['total_centavos'])}"
