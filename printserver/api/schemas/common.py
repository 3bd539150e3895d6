"""Shared by all answers: problems, and the base of every model."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

Retry = Literal["mesma-chave", "corrigir", "perguntar", "nao"]


class Answer(BaseModel):
    # defer_build: they only describe answers; nothing is validated by them
    model_config = ConfigDict(extra="allow", strict=False, defer_build=True)


class FieldError(Answer):
    """One bad field."""

    campo: str
    mensagem: str


class FieldWords(Answer):
    """An objection of the court, in its own words."""

    codigo: str
    mensagem: str


class Problem(Answer):
    """A refusal, as `application/problem+json`; `type` ends in the word."""

    type: str
    title: str
    status: int
    detail: str
    repetir: Retry
    errors: list[FieldError] = []


class SealFields(Answer):
    codigo: str
    ato: str
    descricao: str
    principal: bool
    vinculador: str | None
    isento: bool
    total_centavos: int
    iss_centavos: int
    estado: str
    retifica: str | None
    retificado_por: str | None
