"""The contents that a table's file had: who changed what and when, what differs, and the way back (S10, C5)."""

from dataclasses import dataclass
from functools import partial
from typing import Final

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from printserver.errors import ConfigError, Recusa, invalid_input
from printserver.office import table_changes, table_files
from printserver.office.table_files import Kept, Snapshot
from printserver.selo import ATOS_FILE as ATOS
from printserver.selo import SERVICES_FILE as SERVICES
from printserver.selo import AtoTable, AtoType, Service, ServiceTable, format_reais
from printserver.web import words
from printserver.web.context import author, office
from printserver.web.forms import Form, typed_text
from printserver.web.seals import change
from printserver.web.settings import services
from printserver.web.settings.table_steps import Also, Step, two_steps

_BACK: Final = {SERVICES: "web.servicos", ATOS: "web.atos"}
_TITLES: Final = {SERVICES: "Serviços e valores", ATOS: "Tabela de atos"}


@dataclass(frozen=True, slots=True)
class _File:
    """A table's file as it stands now, broken or not."""

    seen: Snapshot


def service_versions() -> ResponseReturnValue:
    """Show the contents that servicos.toml had, and go back to one."""
    return _versions(SERVICES)


def ato_versions() -> ResponseReturnValue:
    """Show the contents that atos.toml had, and go back to one."""
    return _versions(ATOS)


def _versions(name: str) -> ResponseReturnValue:
    def show(found: _File, form: Form, shown: change.Change | None) -> str:
        return render_template(
            "screens/tabela_versoes.html",
            forma=form,
            visto=shown,
            versoes=table_files.kept(office(), name),
            marca=found.seen.marca,
            arquivo=name,
            titulo=_TITLES[name],
            voltar=url_for(_BACK[name]),
            falha=office().state.faults.get(name),
        )

    return two_steps(partial(_read, name), _plan, show, ("versao",), url_for(_BACK[name]))


def _read(name: str) -> _File:
    try:
        return _File(table_files.look(office(), name))
    except ConfigError as error:
        raise Recusa("estado-nao-permite", f"O arquivo não se lê: {error}. Corrija-o no servidor.") from error


def _plan(found: _File) -> Step:
    number = typed_text("versao")
    chosen = next((each for each in table_files.kept(office(), found.seen.nome) if str(each.id) == number), None)
    if chosen is None:
        raise invalid_input("versao", "escolha uma das versões")
    if chosen.marca == found.seen.marca:
        raise invalid_input("versao", "é a versão que está no arquivo: nada muda")
    what = f"Volta à versão de {words.full_time(chosen.quando)}"

    def keep(seen: Snapshot, also: Also) -> None:
        table_files.save(office(), author(), seen, chosen.texto, what, check=also)

    return Step(_shown(found.seen, chosen), f"{what}.", keep)


def _shown(seen: Snapshot, chosen: Kept) -> change.Change:
    here = office()
    try:
        if seen.nome == ATOS:
            atos = _before_atos(seen), table_files.atos_in(here, chosen.texto)
            table_changes.refuse_lost_atos(here, *atos)
            return _shown_atos(*atos)
        before, after = _before_services(seen), table_files.services_in(here, chosen.texto)
    except ConfigError as error:
        raise invalid_input("versao", f"esta versão não se lê mais: {error}") from None
    rows = [
        (f"{each.descricao}, {services.shown_since(each)}", *_before_after(each, old, new))
        for old, new in table_files.changed_services(before, after).values()
        for each in sorted({*old, *new}, key=lambda version: version.desde)
        if each in new or each.desde not in {other.desde for other in new}
    ]
    doubts = []
    if count := table_changes.past_of_return(here, before, after):
        made = words.plural(count, "ato já foi feito", "atos já foram feitos")
        doubts.append(f"{made} em dias cujo valor muda: ficam como estão, e um pedido daqueles dias terá outro valor.")
    return change.Change(rows, None, doubts, _only_comments(rows))


def _shown_atos(before: AtoTable, after: AtoTable) -> change.Change:
    rows = [
        (f"{each.codigo} · natureza {each.natureza}", _ato(old), _ato(new) or "sai da tabela")
        for old, new in table_files.changed_atos(before, after)
        if (each := new or old) is not None
    ]
    return change.Change(rows, None, (), _only_comments(rows))


def _only_comments(rows: object) -> tuple[str, ...]:
    return () if rows else ("Os valores são os mesmos: só o texto do arquivo muda.",)


def _before_services(seen: Snapshot) -> ServiceTable:
    try:
        return table_files.services_in(office(), seen.texto)
    except ConfigError:  # the file is broken: what is in force is the table before
        return office().servicos


def _before_atos(seen: Snapshot) -> AtoTable:
    try:
        return table_files.atos_in(office(), seen.texto)
    except ConfigError:
        return office().atos


def _before_after(each: Service, old: list[Service], new: list[Service]) -> tuple[str | None, str]:
    was = next((other for other in old if other.desde == each.desde), None)
    return (None if was is None else _said(was)), _said(each) if each in new else "não existe"


def _said(version: Service) -> str:
    if version.encerrado:
        return "encerrado"
    total = "sem valor" if version.total is None else format_reais(version.total)
    state = ", sem parcelas" if version.emolumentos is None else ", a confirmar" if version.a_confirmar else ""
    return f"{total}{state}"


def _ato(ato: AtoType | None) -> str | None:
    if ato is None:
        return None
    flags = ("só retifica" * ato.so_retificador, "híbrido" * ato.hibrido, "ISS à parte" * ato.iss_a_parte)
    return "; ".join(filter(None, (ato.descricao, *flags, "a confirmar" * ato.a_confirmar)))
