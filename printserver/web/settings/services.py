"""*Serviços e valores*: the service table by natureza, and its changes, each from a day on (C5, S9)."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from printserver.clock import local_date
from printserver.errors import Recusa, invalid_input
from printserver.office import table_changes
from printserver.office.table_changes import Services
from printserver.office.table_files import Snapshot
from printserver.selo import (
    COMPONENTS,
    LABELS,
    TABLE_NATUREZAS,
    Emolumentos,
    Service,
    ServiceChange,
    WrongTotal,
    centavos,
    format_reais,
    in_force,
    parse_reais,
    service_changes,
    write_list,
)
from printserver.selo import SERVICES_FILE as SERVICES
from printserver.web import words
from printserver.web.context import author, csv_file, now, office
from printserver.web.forms import Form, parse_day, ticked, typed_choice, typed_day, typed_text
from printserver.web.seals import change, fee_input
from printserver.web.settings.table_steps import Also, Step, two_steps

ALWAYS: Final = "sempre"
_VALUE_FIELDS: Final = ("desde", *COMPONENTS, "total", "fonte", "a_confirmar")
_NATUREZAS: Final = {str(number): name for number, name in TABLE_NATUREZAS.items()}
_COMPONENTS: Final = {**LABELS, "tabeliao": "Tabelião ou oficial"}
_SHORT: Final = {
    "secretaria_fazenda": "Sec. da Fazenda",
    "tribunal_justica": "Trib. de Justiça",
    "registro_civil": "Reg. Civil",
    "ministerio_publico": "Min. Público",
}


def list_services() -> ResponseReturnValue:
    """Show the services in force and to come, by natureza, each with its eight components and their sum."""
    here, today = office(), local_date(now())
    table = here.servicos
    groups: dict[int, list[tuple[Service, list[Service]]]] = {number: [] for number in TABLE_NATUREZAS}
    for name in table.names():
        versions = table.versions(name)
        current = in_force(versions, today)
        later = sorted((each for each in versions if each.desde > today), key=lambda each: each.desde)
        first = current or later[0]
        groups[first.natureza].append((first, later if current is not None else later[1:]))
    empty, unconfirmed = table_changes.unready(here)
    return render_template(
        "screens/servicos.html",
        grupos=[(TABLE_NATUREZAS[number], rows) for number, rows in groups.items() if rows],
        sem_parcelas=empty,
        por_conferir=unconfirmed,
        falha=here.state.faults.get(SERVICES),
        **_words(),
    )


def service_page(servico: str) -> ResponseReturnValue:
    """Show a service with all its versions, and what can be done with it."""
    table = office().servicos
    versions = _versions(table.versions(servico))
    return render_template(
        "screens/servico.html",
        versoes=versions,
        vigente=in_force(versions, local_date(now())),
        usado=table_changes.used_by_program(office(), servico),
        ate=table.until,
        falha=office().state.faults.get(SERVICES),
        **_words(),
    )


def new_value(servico: str) -> ResponseReturnValue:
    """Give a service another value from a day on; the versions before stay for the acts of their time (C5)."""

    def plan(found: Services) -> Step:
        versions = _versions(found.table.versions(servico))
        day = _typed_start()
        new = _typed_version(in_force(versions, day) or versions[-1], day)
        return _step(service_changes.add(versions, new), f"{new.descricao}: valor de {_total(new)} {_since(new)}.")

    def show(found: Services, form: Form, shown: change.Change | None) -> str:
        versions = _versions(found.table.versions(servico))
        model = in_force(versions, local_date(now())) or versions[-1]
        model = model if not model.encerrado else next((each for each in versions if each.emolumentos), model)
        return _value_form(found, form, shown, model, "valor")

    return two_steps(_read, plan, show, _VALUE_FIELDS, url_for("web.servico", servico=servico))


def correct_value(servico: str, dia: str) -> ResponseReturnValue:
    """Correct a version by which no act was made yet."""
    day = _path_day(dia)

    def plan(found: Services) -> Step:
        versions = _versions(found.table.versions(servico))
        new = _typed_version(_version(versions, day), day)
        return _step(service_changes.correct(versions, new), f"{new.descricao}: versão corrigida.")

    def show(found: Services, form: Form, shown: change.Change | None) -> str:
        return _value_form(found, form, shown, _version(found.table.versions(servico), day), "corrigir")

    fields = ("descricao", *(each for each in _VALUE_FIELDS if each != "desde"))
    return two_steps(_read, plan, show, fields, url_for("web.servico", servico=servico))


def new_service() -> ResponseReturnValue:
    """Make a service that is not in the table."""

    def plan(found: Services) -> Step:
        name = typed_text("servico")
        blank = Service(name, "", int(typed_choice("natureza", _NATUREZAS)), 0, None, None, False, "")
        new = _typed_version(blank, _typed_start())
        made = service_changes.create(lambda each: bool(found.table.versions(each)), new)
        return _step(made, f"Serviço novo: {new.descricao}, {_total(new)} {_since(new)}.")

    def show(found: Services, form: Form, shown: change.Change | None) -> str:
        return _value_form(found, form, shown, None, "novo")

    fields = ("servico", "natureza", "descricao", *_VALUE_FIELDS)
    return two_steps(_read, plan, show, fields, url_for("web.servicos"))


def end_service(servico: str) -> ResponseReturnValue:
    """End a service: from a day on there is none."""

    def plan(found: Services) -> Step:
        made = service_changes.end(_versions(found.table.versions(servico)), _typed_start())
        assert made.new is not None
        return _step(made, f"{made.new.descricao}: encerrado {_since(made.new)}.")

    return two_steps(_read, plan, _simple(servico, "fim"), ("desde",), url_for("web.servico", servico=servico))


def confirm_service(servico: str, dia: str) -> ResponseReturnValue:
    """Mark a version as compared with the table in force: from then on it seals (S9)."""
    day = _path_day(dia)

    def plan(found: Services) -> Step:
        made = service_changes.confirm(_versions(found.table.versions(servico)), day)
        assert made.new is not None
        return _step(made, f"{made.new.descricao}: valores conferidos.")

    show = _simple(servico, "conferido")
    return two_steps(_read, plan, show, (), url_for("web.servico", servico=servico), direct=True)


def withdraw_version(servico: str, dia: str) -> ResponseReturnValue:
    """Take back a version that has not begun."""
    day = _path_day(dia)

    def plan(found: Services) -> Step:
        made = service_changes.withdraw(_versions(found.table.versions(servico)), day, local_date(now()))
        assert made.old is not None
        return _step(made, f"{made.old.descricao}: a versão {_since(made.old)} foi retirada.")

    return two_steps(_read, plan, _simple(servico, "retirar"), (), url_for("web.servicos"), direct=True)


def export_services() -> ResponseReturnValue:
    """Answer with the table in force today as CSV, which imports again as no change."""
    table, today = office().servicos, local_date(now())
    found = (table.get(name, today) for name in table.names())
    text = write_list(each for each in found if each is not None and not each.encerrado)
    return csv_file(f"\ufeff{text}", f"servicos-{today.isoformat()}.csv")


def shown_since(version: Service) -> str:
    """Return from when a version is valid, in words."""
    return "desde sempre" if version.desde == date.min else f"desde {words.day(version.desde)}"


def path_of(version: Service) -> str:
    """Return the part of an address that names a version of a service."""
    return ALWAYS if version.desde == date.min else version.desde.isoformat()


def state(version: Service) -> words.Status:
    """Return how a version stands today."""
    today = local_date(now())
    if version.desde > today:
        what = "encerra" if version.encerrado else "começa"
        return words.Status(f"{what} em {words.day(version.desde)}", "", "andamento")
    if version.encerrado:
        return words.Status("encerrado", "", "parado")
    if version.emolumentos is None:
        return words.Status("sem parcelas", "", "problema")
    if version.a_confirmar:
        return words.Status("a confirmar", "", "espera")
    return words.Status("em vigor", "", "feito")


def doubts(name: str, old: Service | None, new: Service) -> list[str]:
    """Return what is unusual about a new value: three times the old one, or a third."""
    before, after = old.total if old is not None else None, new.total
    if not before or not after:
        return []
    if after >= change.LEAP * before:
        return [f"{name}: o total novo ({format_reais(after)}) é {change.LEAP} vezes o de antes, ou mais."]
    if after * change.LEAP <= before:
        return [f"{name}: o total novo ({format_reais(after)}) é um terço do de antes, ou menos."]
    return []


def amount(value: Decimal | None) -> str:
    """Return an amount as it stands in a column, `1.234,50`; a dash where there is none."""
    return "—" if value is None else format_reais(value).removeprefix("R$").strip()


def percent(old: Service | None, new: Service | None) -> str | None:
    """Return by how much a total changes, as `+4,5 %`; None where there is nothing to compare."""
    if old is None or new is None or not old.total or not new.total:
        return None
    return f"{(new.total - old.total) * 100 / old.total:+.1f} %".replace(".", ",")


def _read() -> Services:
    return table_changes.services(office())


def _words() -> dict[str, object]:
    return {
        "componentes": _COMPONENTS,
        "curtos": {**_COMPONENTS, **_SHORT},
        "naturezas": TABLE_NATUREZAS,
        "estado_de": state,
        "desde_de": shown_since,
        "caminho_de": path_of,
        "valor_de": amount,
        "hoje": local_date(now()),
    }


def _versions(found: tuple[Service, ...]) -> tuple[Service, ...]:
    if not found:
        raise Recusa("nao-encontrado", "Não há serviço com este nome na tabela.")
    return found


def _version(versions: tuple[Service, ...], day: date) -> Service:
    found = next((each for each in _versions(versions) if each.desde == day), None)
    if found is None:
        raise Recusa("nao-encontrado", "Não há esta versão do serviço: a tabela mudou. Abra-a de novo.")
    return found


def _path_day(text: str) -> date:
    found = date.min if text == ALWAYS else parse_day(text)
    if found is None:
        raise Recusa("nao-encontrado", "Não há esta versão do serviço.")
    return found


def _typed_start() -> date:
    day = typed_day("desde")
    if day is None:
        raise invalid_input("desde", "diga o primeiro dia em que vale")
    if not 2000 <= day.year <= 2099:
        raise invalid_input("desde", "use um dia de 2000 a 2099")
    return day


def _typed_version(model: Service, day: date) -> Service:
    """Return the version that the form gives; what it does not ask for is that of `model`."""
    amounts = {name: parse_reais(fee_input.typed_money(name)) for name in COMPONENTS}
    fees = Emolumentos(**amounts)
    if fees.isento_total:
        raise invalid_input("emolumentos", "todas as parcelas são zero: isento se diz no ato, não na tabela")
    if typed_text("total"):
        try:
            fees.check_total(parse_reais(fee_input.typed_money("total")))
        except WrongTotal as error:
            raise invalid_input("total", f"{error}: corrija a parcela errada, ou o total") from None
    return Service(
        nome=model.nome,
        descricao=" ".join(typed_text("descricao").split()) or model.descricao,
        natureza=model.natureza,
        ano=(local_date(now()) if day == date.min else day).year,
        emolumentos=fees,
        total=fees.total,
        a_confirmar=ticked("a_confirmar"),
        fonte=" ".join(typed_text("fonte").split()),
        desde=day,
    )


def _step(made: ServiceChange, said: str) -> Step:
    """Return the step that keeps a change of a service. Raises `Recusa` if it comes too late (C5)."""
    table_changes.refuse_past(office(), made)

    def keep(seen: Snapshot, also: Also) -> None:
        table_changes.keep_services(office(), author(), seen, [made], said, also)

    return Step(_shown(made), said, keep)


def _shown(made: ServiceChange) -> change.Change:
    old, new = made.old, made.new
    rows: list[tuple[str, str | None, str]] = []
    if old is None and new is not None:
        rows += [("Serviço", None, f"{new.descricao} ({made.nome})"), ("Natureza", None, TABLE_NATUREZAS[new.natureza])]
    rows.append(("Vale", shown_since(old) if old else None, _validity(made)))
    rows += [
        (label, _text(getattr(old, name, None)), _text(getattr(new, name, None)) or "—")
        for name, label in (("descricao", "Descrição"), ("fonte", "De onde vem"))
        if old is not None and new is not None and getattr(old, name) != getattr(new, name)
    ]
    if (old is not None and old.a_confirmar) or (new is not None and new.a_confirmar):
        rows.append(("Conferência", _confirmation(old), _confirmation(new) or "—"))
    if new is not None and new.emolumentos is not None:
        before = old.emolumentos if old is not None else None
        for name in COMPONENTS:
            was = None if before is None else format_reais(getattr(before, name))
            rows.append((_COMPONENTS[name], was, format_reais(getattr(new.emolumentos, name))))
    total = None
    if new is not None and new.total is not None:
        total = (None if old is None or old.total is None else centavos(old.total), centavos(new.total))
    strange = [] if new is None or new.encerrado else doubts(new.descricao, old, new)
    return change.Change(rows, total, strange, _notices(made), rotulo="Total")


def _notices(made: ServiceChange) -> list[str]:
    found, today = [], local_date(now())
    same = made.old is not None and made.new is not None and made.old.total == made.new.total
    if not same and (much := percent(made.old, made.new)):
        found.append(f"O total muda {much}.")
    if made.first is not None and made.first == today and table_changes.past_acts(office(), made):
        # without their number: it grows while the person looks, and what was shown must stay what is kept
        found.append("Hoje já se fizeram atos com o valor de antes: ficam como estão.")
    if made.first is not None and date.min < made.first < today:
        found.append("O dia já passou. Nenhum ato foi feito desde então com o valor de antes.")
    if made.new is not None and made.new.encerrado and (use := table_changes.used_by_program(office(), made.nome)):
        found.append(f"O programa usa este serviço para {use}: sem ele, isso é recusado.")
    if made.new is None and not made.after:
        found.append("O serviço deixa a tabela.")
    return found


def _validity(made: ServiceChange) -> str:
    if made.new is None:
        return "não existe mais"
    if made.new.encerrado:
        return f"encerrado {_since(made.new)}"
    until = f" até {words.day(made.until - timedelta(days=1))}, véspera da versão seguinte" if made.until else ""
    return f"{shown_since(made.new)}{until}"


def _confirmation(version: Service | None) -> str | None:
    return None if version is None else "a confirmar" if version.a_confirmar else "conferido"


def _text(value: object) -> str | None:
    return str(value) if value else None


def _since(version: Service) -> str:
    return "desde sempre" if version.desde == date.min else f"a partir de {words.day(version.desde)}"


def _total(version: Service) -> str:
    return format_reais(version.total) if version.total is not None else "—"


def _value_form(found: Services, form: Form, shown: change.Change | None, model: Service | None, what: str) -> str:
    fees = model.emolumentos if model is not None else None
    return render_template(
        "screens/servico_valor.html",
        forma=form,
        visto=shown,
        servico=model,
        o_que=what,
        marca=found.seen.marca,
        valores=fee_input.as_fields(fees.to_centavos()) if fees is not None else {},
        opcoes=_NATUREZAS,
        **_words(),
    )


def _simple(servico: str, what: str) -> Callable[[Services, Form, change.Change | None], str]:
    """Return what shows the page of a change that needs a day at most."""

    def show(found: Services, form: Form, shown: change.Change | None) -> str:
        versions = _versions(found.table.versions(servico))
        return render_template(
            "screens/servico_passo.html",
            forma=form,
            visto=shown,
            servico=in_force(versions, local_date(now())) or versions[-1],
            o_que=what,
            marca=found.seen.marca,
            usado=table_changes.used_by_program(office(), servico),
            **_words(),
        )

    return show
