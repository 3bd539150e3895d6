"""The person of a signature card: known fields and other fields of the office."""

from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from printserver.documents.fields import Printed, field_error
from printserver.formats import UnfitText, mistyped, printed

PERSON_FIELDS = (
    *("nome", "documento", "nacionalidade", "naturalidade", "nascimento", "estado_civil", "regime_de_bens", "conjuge"),
    *("profissao", "filiacao", "pai", "mae", "endereco", "bairro", "cidade", "telefone", "email", "rg", "cpf"),
)
"""The known fields of a person; an office may print others."""


class Pessoa(BaseModel):
    """The person of a signature card: name, document, and other short texts of the office.

    Fields not in `PERSON_FIELDS` are printed under their name; a probable misspelling of a known field is refused.
    """

    model_config = ConfigDict(
        extra="allow",
        frozen=True,
        json_schema_extra={"examples": [dict.fromkeys(PERSON_FIELDS, "…")]},
    )
    __pydantic_extra__: dict[str, Printed | None]

    nome: Printed
    documento: Printed | None = None

    @model_validator(mode="before")
    @classmethod
    def _not_too_many(cls, data: object) -> object:
        if isinstance(data, dict) and len(data.keys() - cls.model_fields.keys()) > 40:
            raise field_error("há mais de 40 campos além de nome e documento")
        return data

    @model_validator(mode="after")
    def _fields_are_printable(self) -> Self:
        for nome in self.__pydantic_extra__:
            try:
                printed_name = printed(nome)
            except UnfitText as error:
                raise field_error(f"o nome de um campo {error}") from None
            if not printed_name.strip("_ ") or len(nome) > 60:
                raise field_error("há um campo cujo nome não se imprime, ou tem mais de 60 caracteres")
            if (meant := mistyped(nome, PERSON_FIELDS)) is not None:
                raise field_error(f'campo desconhecido; quis dizer "{meant}"?', nome)
        return self
