"""Import of a table of services (CSV): all that it would do is shown before anything is kept (C5, S9)."""

import base64
import binascii
import zlib
from dataclasses import replace
from datetime import date
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.clock import local_date
from printserver.errors import Recusa, invalid_input
from printserver.office import table_changes
from printserver.office.table_changes import Imported, Services
from printserver.selo import COMPONENTS, LABELS, LIST_BYTES, TABLE_NATUREZAS, Service, unreadable
from printserver.web import words
from printserver.web.context import author, now, office
from printserver.web.forms import Form, check_fields, refused_form, ticked, typed_day, typed_text
from printserver.web.seals import change
from printserver.web.settings import services, table_steps

FORM_BYTES: Final = 20 * 1024 * 1024  # a larger file is refused unread; up to here its field says that it is too large
_SHOWN_SAME: Final = 500  # unchanged services that are listed by name
_FIELDS: Final = ("arquivo", "conteudo", "nome_do_arquivo", "desde", "sem_erros")
_LEFT_OUT = "há linhas com erro: corrija o arquivo e mande-o de novo, ou marque para deixá-las de fora"


def import_services() -> ResponseReturnValue:
    """Ask for the file and the day from which it is in force, show what changes, and keep it in one write."""
    if request.method == "GET":
        return _show(Form())
    shown, plan, found, form = None, None, None, None
    try:
        check_fields(*_FIELDS, table_steps.FIELD, *change.FIELDS)
        if not table_steps.repeated():
            day, content, name = _typed_start(), _typed_content(), _file_name()
            found, plan = table_changes.import_list(office(), content, day, f"arquivo {name}")
            table_steps.refuse_stale(found.seen)
            shown = _shown(plan, day)
            form = Form(
                {
                    "conteudo": base64.b64encode(zlib.compress(content, 9)).decode("ascii"),
                    "nome_do_arquivo": name,
                    "desde": day.isoformat(),
                    "sem_erros": typed_text("sem_erros"),
                    table_steps.FIELD: found.seen.marca,
                }
            )
            if not _confirmed(plan, shown):
                return _show(form, plan, shown)
            _keep(found, plan, day, name)
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        refused = refused_form(refusal)
        fields = {each.campo for each in refusal.errors}
        if plan is not None and shown is not None and form is not None and fields <= {"certeza", "sem_erros"}:
            return _show(replace(form, erros=refused.erros, aviso=refused.aviso), plan, shown), refusal.kind.status
        values = {key: value for key, value in refused.valores.items() if key == "desde"}
        notice = "O arquivo não foi lido. Nada foi gravado." if unreadable(refusal) else refused.aviso
        return _show(Form(values, refused.erros, notice)), refusal.kind.status
    flash("A tabela foi gravada." if plan is not None else "A tabela já tinha sido gravada.")
    return redirect(url_for("web.servicos"), 303)


def _keep(found: Services, plan: Imported, day: date, name: str) -> None:
    lines = [each for each in plan.compared if each.especie != "igual"]
    made = [table_changes.import_change(found.table, each) for each in lines]
    what = f"Tabela importada de {name}, a partir de {words.day(day)}: {words.plural(len(made), 'serviço', 'serviços')}"
    seen = replace(found.seen, marca=typed_text(table_steps.FIELD))
    table_changes.keep_services(office(), author(), seen, made, what, table_steps.once)


def _confirmed(plan: Imported, shown: change.Change) -> bool:
    """Return whether the form confirms exactly this. Raises `Recusa` if a tick is missing."""
    if not ticked("confirmo") or typed_text("visto") != shown.marca:
        return False
    if all(each.especie == "igual" for each in plan.compared):
        return False
    if plan.faults and not ticked("sem_erros"):
        raise invalid_input("sem_erros", _LEFT_OUT)
    return change.confirmed(shown)


def _shown(plan: Imported, day: date) -> change.Change:
    """Return what is shown, for its mark: every value before and after, and every faulty line."""
    rows: list[tuple[str, str | None, str]] = [("dia", None, day.isoformat())]
    rows += [(each.new.nome, repr(each.old), repr(each.new)) for each in plan.compared]
    rows += [(str(each.linha), None, each.mensagem) for each in plan.faults]
    changed = [each for each in plan.compared if each.especie != "igual"]
    strange = [services.doubts(each.new.descricao, each.old, each.new) for each in changed]
    return change.Change(rows, None, [doubt for found in strange for doubt in found])


def _show(form: Form, plan: Imported | None = None, shown: change.Change | None = None) -> str:
    return render_template(
        "screens/servicos_importar.html",
        forma=form,
        plano=plan,
        visto=shown,
        muda=plan is not None and any(each.especie != "igual" for each in plan.compared),
        iguais=plan.of_kind("igual")[:_SHOWN_SAME] if plan is not None else [],
        parcelas_de=_amounts,
        porcento_de=services.percent,
        valor_de=services.amount,
        componentes=LABELS,
        naturezas=TABLE_NATUREZAS,
        mb=LIST_BYTES // 1024 // 1024,
        hoje=local_date(now()),
    )


def _amounts(old: Service | None, new: Service) -> list[tuple[str, str, str, bool]]:
    """Return each component with its value before and after, and whether it changes."""
    found = []
    for name in COMPONENTS:
        was = None if old is None or old.emolumentos is None else getattr(old.emolumentos, name)
        will = None if new.emolumentos is None else getattr(new.emolumentos, name)
        found.append((LABELS[name], services.amount(was), services.amount(will), was != will))
    return found


def _typed_start() -> date:
    day = typed_day("desde")
    if day is None:
        raise invalid_input("desde", "diga o primeiro dia em que a tabela vale")
    if not 2000 <= day.year <= 2099:
        raise invalid_input("desde", "use um dia de 2000 a 2099")
    return day


def _typed_content() -> bytes:
    """Return the file that was sent, or that the second step carries."""
    file = request.files.get("arquivo")
    if file is not None and file.filename:
        content: bytes = file.read(LIST_BYTES + 1)
        return content
    if not typed_text("conteudo"):
        raise invalid_input("arquivo", "escolha o arquivo da tabela")
    try:
        packed = base64.b64decode(typed_text("conteudo"), validate=True)
        return zlib.decompressobj().decompress(packed, LIST_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise invalid_input("arquivo", "o arquivo não chegou inteiro: escolha-o de novo") from None


def _file_name() -> str:
    file = request.files.get("arquivo")
    name = file.filename if file is not None and file.filename else typed_text("nome_do_arquivo")
    plain = "".join(letter for letter in (name or "") if letter.isprintable()).replace("\\", "/").rpartition("/")[2]
    return plain.strip()[:80] or "tabela.csv"
