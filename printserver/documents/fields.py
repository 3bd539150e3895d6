"""The small types of a request: short texts, numbers, dates, codes. What they let through is fit for a printed line.

Every refusal is a `PydanticCustomError` with a Portuguese message; `campo` in its context is the field meant, where the
check belongs to the whole object.
"""

import re
from collections.abc import Callable
from datetime import date
from itertools import islice
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    Strict,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from printserver.formats.text import (
    UnfitText,
    plain,
    printed,
    stamped,
)
from printserver.selo import code

_DATA = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FOLHA = re.compile(r"[0-9]{1,6}")
_ATO = re.compile(r"[0-9A-Z]{2}")
_SERIE = re.compile(r"[0-9A-Z]{6}")
_PAGINAS = re.compile(r"[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*")


MAXIMO_DE_ERROS: Final = 50
"""How many bad fields of a request are named."""


ETIQUETA: Final = "\0"
"""What a tag begins with: no name in a request has a NUL, so tags are told apart in the path of a fault."""
OBJETO: Final = Tag(f"{ETIQUETA}objeto")
OUTRO: Final = Tag(f"{ETIQUETA}outro")
OBJETO_OU_OUTRO: Final = Discriminator(lambda dados: (OBJETO if isinstance(dados, (dict, BaseModel)) else OUTRO).tag)
"""Chooses between the two kinds, `OBJETO` and `OUTRO`, of a field that may be an object or something else."""


class Modelo(BaseModel):
    """The base of every request body: unknown fields are refused, and null in an optional field is the field left out.

    Programs write null for what they do not have.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _nulo_e_ausente(cls, dados: Any) -> Any:
        if not isinstance(dados, dict):
            return dados
        known = cls.model_fields.keys()
        optional = {nome for nome, campo in cls.model_fields.items() if not campo.is_required()}
        # each unknown field becomes an error, and pydantic makes all of them in one step that nothing else can run in
        unknown = set(islice((nome for nome in dados if nome not in known), MAXIMO_DE_ERROS))
        return {
            nome: valor
            for nome, valor in dados.items()
            if (nome in known or nome in unknown) and (valor is not None or nome not in optional)
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Describe that null is taken, too, in every optional field."""
        schema = handler(core_schema)
        fields = handler.resolve_ref_schema(schema)
        for nome, campo in fields.get("properties", {}).items():
            kinds = campo.get("anyOf", [campo])
            if nome not in fields.get("required", ()) and {"type": "null"} not in kinds:
                outer = {name: campo.pop(name) for name in ("title", "default", "description") if name in campo}
                fields["properties"][nome] = {"anyOf": [*kinds, {"type": "null"}], **outer}
        return schema


def erro(mensagem: str, campo: str | None = None) -> PydanticCustomError:
    """Return the refusal of a field (or of `campo`, a field of the object being checked) with a Portuguese message."""
    contexto = {"mensagem": mensagem} | ({"campo": campo} if campo else {})
    return PydanticCustomError("pedido", "{mensagem}", contexto)


def _lido(ler: Callable[[str], str]) -> Callable[[str], str]:
    """Return a check that reads a text by `ler`, one of `printserver.formats.text`, and leaves none empty."""

    def conferir(valor: str) -> str:
        try:
            limpo = ler(valor)
        except UnfitText as error:
            raise erro(str(error)) from None
        if not limpo:
            raise erro("não pode ficar vazio")
        return limpo

    return conferir


def _identificador(valor: str) -> str:
    limpo = _lido(stamped)(valor)
    if "|" in limpo:
        raise erro("não pode conter a barra vertical |, que separa os campos do registro do ato")
    return limpo


def _folha(valor: str) -> str:
    limpo = valor.strip()
    if _FOLHA.fullmatch(limpo) is None or int(limpo) == 0:
        raise erro('deve ser o número da folha, só algarismos, a partir de 1, como "045"')
    return limpo


def _ato(valor: str) -> str:
    if _ATO.fullmatch(valor) is None:
        raise erro('o código do ato tem dois caracteres de 0-9 e A-Z, como "ES"')
    return valor


def _serie(valor: str) -> str:
    if _SERIE.fullmatch(valor) is None:
        raise erro('a série do selo de papel tem seis caracteres de 0-9 e A-Z, como "0371AJ"')
    return valor


def _codigo(valor: str) -> str:
    try:
        return str(code.ler(valor))
    except ValueError as error:
        raise erro(str(error)) from None


def _paginas(valor: str) -> str:
    if _PAGINAS.fullmatch(valor) is None:
        raise erro('deve ser uma página ou faixa de páginas, como "3-5" ou "2,7"')
    return valor


def _data(valor: Any) -> date:
    if type(valor) is date:
        return valor
    try:
        if isinstance(valor, str) and _DATA.fullmatch(valor):
            return date.fromisoformat(valor)
    except ValueError:
        pass
    raise erro('deve ser uma data do calendário, escrita como "2026-11-20"')


def _numero_de_traslado(valor: Any) -> int | str:
    if valor == "proximo" or (type(valor) is int and 1 <= valor <= 9999):
        return valor  # type: ignore[no-any-return]  # narrowed by the check above
    raise erro('deve ser um número inteiro a partir de 1, ou "proximo"')


def _texto(maximo: int) -> Any:
    # the description alone says that it is not empty: our own message for that also covers blanks
    return Field(max_length=maximo, json_schema_extra={"minLength": 1})


def _padrao(padrao: re.Pattern[str]) -> Any:
    return Field(json_schema_extra={"pattern": f"^{padrao.pattern}$"})


Texto = Annotated[str, Strict(), _texto(500), AfterValidator(_lido(plain))]
Motivo = Annotated[str, Strict(), _texto(2000), AfterValidator(_lido(plain))]
Impresso = Annotated[str, Strict(), _texto(500), AfterValidator(_lido(printed))]
"""A text of the document's pages: every character of it is in the fonts (S12)."""
Carimbado = Annotated[str, Strict(), _texto(500), AfterValidator(_lido(stamped))]
"""A text of the seal block: the stamp can write it after the seal (S12)."""
MotivoCarimbado = Annotated[str, Strict(), _texto(2000), AfterValidator(_lido(stamped))]
Identificador = Annotated[str, Strict(), _texto(100), AfterValidator(_identificador)]
Folha = Annotated[str, Strict(), Field(json_schema_extra={"pattern": r"^\s*[0-9]{1,6}\s*$"}), AfterValidator(_folha)]
CodigoDoAto = Annotated[str, Strict(), _padrao(_ATO), AfterValidator(_ato)]
Serie = Annotated[str, Strict(), _padrao(_SERIE), AfterValidator(_serie)]
CodigoDoSelo = Annotated[str, Strict(), Field(json_schema_extra={"pattern": "^[0-9A-Z]{25}$"}), AfterValidator(_codigo)]
Paginas = Annotated[
    str,
    Strict(),
    Field(max_length=200, json_schema_extra={"pattern": f"^{_PAGINAS.pattern}$"}),
    AfterValidator(_paginas),
]
Inteiro = Annotated[int, Strict()]
Logico = Annotated[bool, Strict()]
Data = Annotated[
    date,
    PlainValidator(_data),
    PlainSerializer(date.isoformat, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-20"]}),
]
NumeroDeTraslado = Annotated[
    int | Literal["proximo"],
    PlainValidator(_numero_de_traslado),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9999}, {"const": "proximo"}]}),
]
