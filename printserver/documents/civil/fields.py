"""What a certidão of Registro Civil states, field by field: one set of names for paper and exchange (C14).

A field that a model needs may be missing here: `models.missing` names it. What is given is printable, and nothing
unknown passes (A7). No parents known is an empty list, not a missing one.
"""

import re
from collections.abc import Mapping
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, Strict, WithJsonSchema, model_validator

from printserver.documents.fields import (
    OBJECT,
    OBJECT_OR_OTHER,
    OTHER,
    Cpf,
    Data,
    Printed,
    PrintedName,
    PrintedText,
    RequestModel,
    State,
    field_error,
)
from printserver.documents.values import check_at_least_one
from printserver.selo import parse_matricula

Especie = Literal["nascimento", "casamento", "obito", "natimorto", "outros"]
"""What the certidão is of, as far as its fields differ. `outros`: Livro E and every inteiro teor."""

_HOUR: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|ignorada")


def _matricula(value: str) -> str:
    try:
        return str(parse_matricula(value))
    except ValueError as error:
        raise field_error(str(error)) from None


def _hour(value: str) -> str:
    if _HOUR.fullmatch(value) is None:
        raise field_error('deve ser a hora, de 00:00 a 23:59, como "14:30", ou "ignorada"')
    return value


def _years(value: object) -> object:
    """Return an age given as a whole number of years as it is printed."""
    if type(value) is int and 0 <= value <= 150:
        return f"{value} ano" if value == 1 else f"{value} anos"
    return value


def _named(value: object) -> object:
    """Return a person of whom only the name is given as an object."""
    return {"nome": value} if isinstance(value, str) else value


def _one_or_more(value: object) -> object:
    """Return a list of what may be given alone."""
    return [value] if isinstance(value, str) else value


MatriculaText = Annotated[
    str,
    Strict(),
    Field(json_schema_extra={"examples": ["123456 01 55 2020 1 00014 128 0015406 53"]}),
    AfterValidator(_matricula),
]
Hour = Annotated[str, Strict(), Field(json_schema_extra={"pattern": f"^({_HOUR.pattern})$"}), AfterValidator(_hour)]
Age = Annotated[
    Printed,
    BeforeValidator(_years),
    WithJsonSchema({"anyOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 0, "maximum": 150}]}),
]


class Town(RequestModel):
    """A municipality and its state; of a place abroad `municipio` names the country too."""

    municipio: PrintedName
    uf: State | None = None


class Place(Town):
    """A place in a municipality: hospital, house, cemetery."""

    local: Printed


class Parent(RequestModel):
    """A parent; `avos` are that parent's own parents, by name."""

    nome: PrintedName
    municipio_nascimento: PrintedName | None = None
    uf: State | None = None
    avos: Annotated[tuple[PrintedName, ...], Field(max_length=8)] = ()


class Person(RequestModel):
    """A doctor, or a witness of a death, with the number of a document."""

    nome: PrintedName
    documento: Printed | None = None


class Twin(RequestModel):
    """A twin; one registered long ago has no matrícula."""

    nome: PrintedName
    matricula: MatriculaText | None = None


class RegistryNote(RequestModel):
    """A document of the registered person that is noted beside the assento (*anotação de cadastro*)."""

    tipo: PrintedName
    numero: PrintedName
    data_expedicao: Data | None = None
    orgao: PrintedName | None = None
    validade: Data | None = None


Parents = Annotated[tuple[Annotated[Parent, BeforeValidator(_named)], ...], Field(max_length=8)]
Witnesses = Annotated[tuple[Annotated[Person, BeforeValidator(_named)], ...], Field(max_length=8)]
Twins = Annotated[
    Annotated[Twin, OBJECT] | Annotated[tuple[Twin, ...], Field(max_length=12), OTHER],
    OBJECT_OR_OTHER,
]
RegistryNotes = Annotated[tuple[RegistryNote, ...], Field(max_length=30)]


class _Birth(RequestModel):
    """What is stated of every birth, of a child born alive or dead."""

    nome_registrado: PrintedName | None = None
    data_nascimento: Data | None = None
    hora_nascimento: Hour | None = None
    naturalidade: Town | None = None
    municipio_registro: Town | None = None
    local_nascimento: Place | None = None
    sexo: PrintedName | None = None
    genitores: Parents | None = None
    gemeo: Twins | None = None
    data_registro: Data | None = None
    numero_dnv: PrintedName | None = None
    anotacoes_cadastro: RegistryNotes = ()


class _Death(RequestModel):
    """What is stated of every death."""

    cor: PrintedName | None = None
    causa_morte: PrintedText | None = None
    medico: Annotated[Person, BeforeValidator(_named)] | None = None
    testemunhas: Witnesses = ()
    sepultamento: Place | None = None
    declarante: Printed | None = None

    @model_validator(mode="after")
    def _doctor_or_witnesses(self) -> Self:
        if self.medico is not None and self.testemunhas:
            raise field_error("a morte é atestada por medico ou por testemunhas: dê um dos dois", "testemunhas")
        return self


class BirthFields(_Birth):
    """The fields of a certidão de nascimento."""

    cpf_registrado: Cpf | None = None


class StillbirthFields(_Birth, _Death):
    """The fields of a certidão de natimorto: those of a birth and of a death, without CPF."""

    data_falecimento: Data | None = None
    hora: Hour | None = None
    idade: Age | None = None


class Spouse(RequestModel):
    """One of the two who married; `nome_na_habilitacao` is the name before, `nome_atual` the one used since."""

    nome_atual: PrintedName
    cpf: Cpf | None = None
    nome_na_habilitacao: PrintedName | None = None
    data_nascimento: Data | None = None
    nacionalidade: PrintedName | None = None
    estado_civil: PrintedName | None = None
    municipio_nascimento: PrintedName | None = None
    uf: State | None = None
    genitores: Parents | None = None
    anotacoes_cadastro: RegistryNotes = ()


def _two(spouses: tuple[Spouse, ...]) -> tuple[Spouse, ...]:
    if len(spouses) != 2:
        raise field_error("são dois os cônjuges")
    return spouses


class MarriageFields(RequestModel):
    """The fields of a certidão de casamento."""

    conjuges: Annotated[tuple[Spouse, ...], AfterValidator(_two)] | None = None
    data_celebracao: Data | None = None
    regime_bens: Printed | None = None
    data_registro: Data | None = None


class DeathFields(_Death):
    """The fields of a certidão de óbito."""

    nome_falecido: PrintedName | None = None
    cpf: Cpf | None = None
    data_falecimento: Data | None = None
    hora: Hour | None = None
    local: Place | None = None
    sexo: PrintedName | None = None
    estado_civil: PrintedName | None = None
    ultimo_conjuge: Printed | None = None
    idade: Age | None = None
    data_nascimento: Data | None = None
    municipio_nascimento: PrintedName | None = None
    uf: State | None = None
    genitores: Parents | None = None
    residencia: Printed | None = None
    documento_identificacao: Printed | None = None
    eleitor: Printed | None = None
    matricula_nascimento: MatriculaText | None = None
    data_registro: Data | None = None
    bens: Printed | None = None
    filhos: PrintedText | None = None
    anotacoes_cadastro: RegistryNotes = ()


class OtherFields(RequestModel):
    """The fields of any other certidão, and of every inteiro teor: whose it is; the rest is the body."""

    nomes: Annotated[tuple[PrintedName, ...], Field(max_length=20), AfterValidator(check_at_least_one)] | None = None
    cpf: Annotated[tuple[Cpf, ...], BeforeValidator(_one_or_more), Field(max_length=20)] = ()


Fields = BirthFields | MarriageFields | DeathFields | StillbirthFields | OtherFields

FIELDS_OF: Final[Mapping[Especie, type[Fields]]] = {
    "nascimento": BirthFields,
    "casamento": MarriageFields,
    "obito": DeathFields,
    "natimorto": StillbirthFields,
    "outros": OtherFields,
}
"""The fields of each especie."""
