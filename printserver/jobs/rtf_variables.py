"""The variables of an RTF body: what the server fills, where the seal goes, and what is left without a value."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from printserver.clock import local_date
from printserver.common.data import JsonView
from printserver.documents import Plan, Source, source_values
from printserver.errors import BadField, Recusa
from printserver.formats import Format, with_block_in_text
from printserver.office import Office
from printserver.rendering import CODE_BOX, QR_BOX, RtfFacts

_SHOWN: Final = 40
"""Variables that a message names at most."""


@dataclass(frozen=True, slots=True)
class BodyVariables:
    """The variables of a body by their names, and what else is known of it; None if it is no RTF."""

    names: tuple[str, ...]
    sources: Mapping[str, Source]
    facts: RtfFacts | None = None

    @property
    def unfilled(self) -> tuple[str, ...]:
        """The variables that the program has not filled."""
        return tuple(name for name in self.names if self.sources[name] == "programa")

    def has(self, source: Source, page_format: Format) -> bool:
        """Return whether a variable of that source is printed; headers and footers are in formats of the seal alone."""
        unseen = frozenset() if self.facts is None or page_format.writes_only_selo else self.facts.in_margins
        return any(each == source for name, each in self.sources.items() if name not in unseen)


NONE: Final = BodyVariables((), {})


def find(office: Office, plan: Plan) -> BodyVariables:
    """Return the variables of the plan's body; none if it is no RTF. Raises `Recusa` `corpo-invalido`."""
    if plan.corpo.formato != "rtf":
        return NONE
    facts = office.render.examine_rtf(plan.corpo.conteudo)
    names = tuple(facts.variables)
    return BodyVariables(names, {name: office.state.variaveis.source(name) for name in names}, facts)


def place_block(page_format: Format, variables: BodyVariables) -> Format:
    """Return the format with its seal block where the body has the place of its QR, if it has one (N7)."""
    if not variables.has("qr", page_format):
        return page_format
    return with_block_in_text(page_format, fees=variables.has("custas", page_format))


def values(
    office: Office, variables: BodyVariables, data: JsonView, marks: Mapping[str, str], page_format: Format
) -> dict[str, str]:
    """Return the text of each variable that the server fills, as `<Name>`; places of QR and code as their boxes."""
    known = source_values(data, marks, local_date(office.clock()))
    drawn = page_format.bloco.qr != "nenhum"
    texts: dict[Source, str] = {**known, "selo": CODE_BOX, "qr": QR_BOX if drawn else ""}
    return {f"<{name}>": texts.get(source, "") for name, source in variables.sources.items() if source != "programa"}


def require_values(plan: Plan, variables: BodyVariables, field: str) -> tuple[BadField, ...]:
    """Raise `Recusa` `variavel-sem-valor` if a document that is sealed has a variable without a value.

    Return the notices of one that is not sealed.
    """
    left = variables.unfilled
    if not left:
        return ()
    shown = ", ".join(f"<{name}>" for name in left[:_SHOWN])
    more = f" e mais {len(left) - _SHOWN}" if len(left) > _SHOWN else ""
    if plan.selos or plan.asks_selo:
        raise Recusa(
            "variavel-sem-valor",
            f"O texto tem variáveis sem valor: {shown}{more}. Nada foi selado.",
            errors=[BadField(f"{field}.conteudo", f"<{name}> está sem valor") for name in left[:_SHOWN]],
        )
    return (BadField(f"{field}.conteudo", f"variáveis sem valor, impressas como estão: {shown}{more}"),)
