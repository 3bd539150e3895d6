"""Changes of the service table as a person makes them, each as the versions that a service has afterwards (C5)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from printserver.errors import Recusa, invalid_input
from printserver.selo.services import NAME_FORM, Service

MAX_TEXT: Final = 300  # characters of a description or a source

Versions = tuple[Service, ...]


@dataclass(frozen=True, slots=True)
class ServiceChange:
    """A change of one service: its versions before and after, and the version that was in force and the new one.

    `first` is the first day whose price changes, None where no price does; `until` the day of the next version.
    """

    nome: str
    before: Versions
    after: Versions
    old: Service | None
    new: Service | None
    first: date | None
    until: date | None


def in_force(versions: Sequence[Service], day: date) -> Service | None:
    """Return the version that is valid on `day` (C5); None before the first one."""
    return max((each for each in versions if each.desde <= day), key=lambda each: each.desde, default=None)


def add(versions: Versions, new: Service) -> ServiceChange:
    """Return the change by a new version; the old ones stay for the acts of their time.

    Raises Recusa `entrada-invalida` if a version begins on the same day, or nothing changes.
    """
    check_texts(new)
    if any(each.desde == new.desde for each in versions):
        raise invalid_input(
            "desde", f"já há uma versão desde {_day(new.desde)}: corrija-a, ou escolha outro dia para esta"
        )
    old = in_force(versions, new.desde)
    if old is not None and replace(old, desde=new.desde) == new:
        raise invalid_input("desde", "nada muda: os valores são os que já valem nesse dia")
    return _change(new.nome, versions, (*versions, new), old, new, new.desde)


def correct(versions: Versions, new: Service) -> ServiceChange:
    """Return the change by a version that takes the place of the one of the same day.

    Raises Recusa `nao-encontrado` if there is none, `entrada-invalida` if nothing changes.
    """
    check_texts(new)
    old = _version(versions, new.desde)
    if old == new:
        raise invalid_input("emolumentos", "nada muda: os valores são os que já estão aí")
    after = (*(each for each in versions if each is not old), new)
    same_price = (old.emolumentos, old.encerrado) == (new.emolumentos, new.encerrado)
    return _change(new.nome, versions, after, old, new, None if same_price else new.desde)


def confirm(versions: Versions, desde: date) -> ServiceChange:
    """Return the change by which the version of that day is no longer to be confirmed (S9).

    Raises Recusa `nao-encontrado` if there is none, `estado-nao-permite` if it is confirmed or has no components.
    """
    old = _version(versions, desde)
    if not old.a_confirmar:
        raise Recusa("estado-nao-permite", "Esta versão já está conferida.")
    if old.emolumentos is None:
        raise Recusa("estado-nao-permite", "Faltam as oito parcelas: informe-as antes de conferir.")
    return correct(versions, replace(old, a_confirmar=False))


def end(versions: Versions, day: date) -> ServiceChange:
    """Return the change that ends the service: from `day` on there is none. Raises Recusa as `add`."""
    old = in_force(versions, day)
    if old is None or old.encerrado:
        raise invalid_input("desde", f"o serviço não existe em {_day(day)}: não há o que encerrar")
    gone = replace(old, emolumentos=None, total=None, a_confirmar=False, encerrado=True, desde=day, fonte="")
    return add(versions, gone)


def withdraw(versions: Versions, desde: date, today: date) -> ServiceChange:
    """Return the change that takes back a version that has not begun.

    Raises Recusa `nao-encontrado` if there is none, `estado-nao-permite` if it has begun.
    """
    gone = _version(versions, desde)
    if gone.desde <= today:
        raise Recusa(
            "estado-nao-permite",
            f"Esta versão vale desde {_day(gone.desde)}: não se retira o que já valeu. Ponha outra a partir de um dia.",
        )
    after = tuple(each for each in versions if each is not gone)
    return _change(gone.nome, versions, after, gone, in_force(after, desde), desde)


def create(taken: Callable[[str], bool], new: Service) -> ServiceChange:
    """Return the change by a service that did not exist. Raises Recusa `entrada-invalida` for a bad or taken name."""
    if not NAME_FORM.fullmatch(new.nome):
        raise invalid_input(
            "servico", "use letras minúsculas sem acento, algarismos e hífen, até 60, como certidao-de-firma"
        )
    if taken(new.nome):
        raise invalid_input("servico", "já há um serviço com este nome: mude o valor dele, ou escolha outro nome")
    return add((), new)


def check_texts(service: Service) -> None:
    """Raise Recusa `entrada-invalida` for a description or a source that a table cannot hold."""
    for name, text in (("descricao", service.descricao), ("fonte", service.fonte)):
        if len(text) > MAX_TEXT:
            raise invalid_input(name, f"tem mais de {MAX_TEXT} caracteres")
        if not text.isprintable():
            raise invalid_input(name, "tem caracteres que não se escrevem numa linha")
    if not service.descricao:
        raise invalid_input("descricao", "preencha este campo")


def _version(versions: Versions, desde: date) -> Service:
    found = next((each for each in versions if each.desde == desde), None)
    if found is None:
        raise Recusa("nao-encontrado", "Não há esta versão do serviço: a tabela mudou. Abra-a de novo.")
    return found


def _change(
    name: str, before: Versions, after: Versions, old: Service | None, new: Service | None, first: date | None
) -> ServiceChange:
    later = [each.desde for each in after if first is not None and each.desde > first]
    return ServiceChange(name, before, after, old, new, first, min(later, default=None))


def _day(day: date) -> str:
    return "sempre" if day == date.min else f"{day:%d/%m/%Y}"
