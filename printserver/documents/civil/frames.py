"""Frames of a certidão: what a model is made of, and how each value is written (C14)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from printserver.common.data import JsonView
from printserver.documents.civil.fields import Especie
from printserver.documents.civil.words import date_in_figures, date_in_words
from printserver.selo import parse_matricula

Norm = Literal["cnj-182", "cnj-63"]
"""`cnj-182` holds from 2025 on."""

Writer = Callable[[JsonView], str]
"""Writes a frame from the fields of the certidão, or of one item of a list."""

FULL_WIDTH: Final = 12
DEFAULT_NORM: Final[Norm] = "cnj-182"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelField:
    """One frame of a model: `nome` is the field that it shows, by its dotted path; `largura` in twelfths of a row.

    `texto` writes it from what `nome` stands in. `instead` names a field that may be given in its place. `starts`: it
    begins a row. With `itens`, the field is a list and has the frames of `itens` for each of its items, whose labels
    say `{n}` where there is more than one.
    """

    nome: str
    rotulo: str
    texto: Writer
    required: bool = False
    largura: int = FULL_WIDTH
    starts: bool = False
    instead: str | None = None
    itens: tuple["ModelField", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A certidão of one especie by one norm. `campos` come before the averbações, `notes` (de cadastro) after them."""

    norm: Norm
    especie: Especie
    titulo: str
    campos: tuple[ModelField, ...]
    notes: tuple[ModelField, ...]
    notes_title: str

    @property
    def nome(self) -> str:
        """Its name: `cnj-182-nascimento`."""
        return f"{self.norm}-{self.especie}"


def at(data: Any, path: str) -> Any:
    """Return the value at a dotted path; None where there is none."""
    for part in path.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return data


MATRICULA: Final = "matricula"
"""The name of the one frame that no field fills: the matrícula is the assento's own."""


def town(value: JsonView, name: str = "municipio") -> str:
    """Return a municipality with its state: `São Paulo – SP`."""
    return " – ".join(filter(None, (value[name], value["uf"])))


def cpf_in_groups(digits: str) -> str:
    """Return a CPF as it is printed."""
    return f"{digits[:3]}.{digits[3:6]}.{digits[6:9]}-{digits[9:]}"


def place(value: JsonView) -> str:
    """Return a place with its municipality and state."""
    return f"{value['local']}, {town(value)}"


def every_cpf(value: str | Sequence[str]) -> str:
    """Return one CPF or several as they are printed."""
    return ", ".join(map(cpf_in_groups, [value] if isinstance(value, str) else value))


def people(value: Sequence[JsonView] | JsonView) -> str:
    """Return persons, each with the number of a document."""
    people = [value] if isinstance(value, Mapping) else value
    return "; ".join(_with_document(person) for person in people)


def _with_document(person: JsonView) -> str:
    return f"{person['nome']}, {person['documento']}" if person.get("documento") else str(person["nome"])


def twins(value: Sequence[JsonView] | JsonView) -> str:
    """Return twins by name and matrícula."""
    twins = [value] if isinstance(value, Mapping) else value
    return "; ".join(
        f"{twin['nome']}, matrícula {parse_matricula(twin['matricula']).grouped}" if twin["matricula"] else twin["nome"]
        for twin in twins
    )


def _parent(value: JsonView) -> str:
    born = town(value, "municipio_nascimento")
    return f"{value['nome']}, de {born}" if born else str(value["nome"])


def parents(value: Sequence[JsonView]) -> str:
    """Return parents by name and place of birth."""
    return "; ".join(map(_parent, value))


def grandparents(value: Sequence[JsonView]) -> str:
    """Return the parents of each parent."""
    return "; ".join(" e ".join(parent["avos"]) for parent in value if parent["avos"])


def whole_line(value: Sequence[JsonView]) -> str:
    """Return parents, each with the parents of that parent."""
    return "; ".join(
        f"{_parent(parent)} (avós: {' e '.join(parent['avos'])})" if parent["avos"] else _parent(parent)
        for parent in value
    )


def before_marriage(spouse: JsonView) -> str:
    """Return what Prov. 63 states in one frame: the name before, date and place of birth, nationality, parents."""
    born, born_in = spouse["data_nascimento"], town(spouse, "municipio_nascimento")
    stated = (
        spouse["nome_na_habilitacao"],
        f"data de nascimento {date_in_figures(born)}" if born else "",
        f"local de nascimento {born_in}" if born_in else "",
        f"nacionalidade {spouse['nacionalidade']}" if spouse["nacionalidade"] else "",
        f"estado civil {spouse['estado_civil']}" if spouse["estado_civil"] else "",
        f"filiação {whole_line(spouse['genitores'])}" if spouse["genitores"] else "",
    )
    return ", ".join(filter(None, stated))


def new_name(spouse: JsonView) -> str:
    """Return the name taken at the wedding; empty where it did not change."""
    return spouse["nome_atual"] if spouse["nome_atual"] != spouse["nome_na_habilitacao"] else ""


def frame(
    nome: str,
    label: str,
    required: bool = False,
    width: int = FULL_WIDTH,
    starts: bool = False,
    write: Callable[[Any], str] | None = None,
    instead: str | None = None,
) -> ModelField:
    """Return the frame of one field; `write` writes its value."""

    def text(data: JsonView) -> str:
        value = at(data, nome)
        if value is None:
            return ""
        return write(value) if write else str(value)

    return ModelField(
        nome=nome, rotulo=label, texto=text, required=required, largura=width, starts=starts, instead=instead
    )


def composed(nome: str, label: str, write: Writer, width: int = FULL_WIDTH) -> ModelField:
    """Return a frame that is written from several fields."""
    return ModelField(nome=nome, rotulo=label, texto=write, largura=width)


def date_frames(nome: str, label: str, required: bool = False) -> tuple[ModelField, ModelField]:
    """Return the two frames of a date: in words and in figures."""
    return (
        frame(nome, f"{label} (por extenso)", required, 9, starts=True, write=date_in_words),
        frame(nome, "Dia / mês / ano", required, 3, write=date_in_figures),
    )


def day_frame(nome: str, label: str, width: int, starts: bool = False) -> ModelField:
    """Return the frame of a date in figures."""
    return frame(nome, label, width=width, starts=starts, write=date_in_figures)


def frames_of(nome: str, label: str, itens: tuple[ModelField, ...], required: bool = False) -> ModelField:
    """Return the frames of a list, item by item."""
    return ModelField(nome=nome, rotulo=label, texto=lambda _: "", required=required, itens=itens)
