"""Field types of a request: short texts, numbers, dates, codes. Valid values can be printed on one line.

Every refusal is a `PydanticCustomError` with a Portuguese message; `campo` in its context names the field, if the
check is of the whole object.
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

from printserver.common.data import JsonObject
from printserver.formats import UnfitText, plain, printed, stamped
from printserver.selo import code

_DATA = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FOLHA = re.compile(r"[0-9]{1,6}")
_ATO = re.compile(r"[0-9A-Z]{2}")
_SERIE = re.compile(r"[0-9A-Z]{6}")
_PAGES = re.compile(r"[0-9]{1,4}(-[0-9]{1,4})?(,[0-9]{1,4}(-[0-9]{1,4})?)*")

_STATES: Final = frozenset(
    {
        *("AC", "AL", "AP", "AM", "BA", "CE", "DF", "ES", "GO", "MA", "MT", "MS", "MG", "PA"),
        *("PB", "PR", "PE", "PI", "RJ", "RN", "RS", "RO", "RR", "SC", "SP", "SE", "TO", "EX"),
    }
)
_UNWANTED_IN_CPF: Final = str.maketrans("", "", ".- ")


MAX_ERRORS: Final = 50
"""Maximum number of bad fields named in a refusal."""


TAG_PREFIX: Final = "\0"
"""Prefix of tags: no name in a request has a NUL, so tags can be recognized in the path of an error."""
OBJECT: Final = Tag(f"{TAG_PREFIX}objeto")
OTHER: Final = Tag(f"{TAG_PREFIX}outro")
OBJECT_OR_OTHER: Final = Discriminator(lambda data: (OBJECT if isinstance(data, (dict, BaseModel)) else OTHER).tag)
"""Discriminator of a field that may be an object (`OBJECT`) or something else (`OTHER`)."""


class RequestModel(BaseModel):
    """The base of every request body: unknown fields are refused, and null in an optional field counts as absent.

    Programs write null for missing values.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: object) -> object:
        if not isinstance(data, dict):
            return data
        known = cls.model_fields.keys()
        optional = {nome for nome, field in cls.model_fields.items() if not field.is_required()}
        # pydantic makes an error for each unknown field without releasing the GIL: limit their number
        unknown = set(islice((nome for nome in data if nome not in known), MAX_ERRORS))
        return {
            nome: value
            for nome, value in data.items()
            if (nome in known or nome in unknown) and (value is not None or nome not in optional)
        }

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonObject:
        """Add null to the schema of every optional field."""
        schema = handler(core_schema)
        fields = handler.resolve_ref_schema(schema)
        for nome, field in fields.get("properties", {}).items():
            kinds = field.get("anyOf", [field])
            if nome not in fields.get("required", ()) and {"type": "null"} not in kinds:
                outer = {name: field.pop(name) for name in ("title", "default", "description") if name in field}
                fields["properties"][nome] = {"anyOf": [*kinds, {"type": "null"}], **outer}
        return schema


def field_error(mensagem: str, field: str | None = None) -> PydanticCustomError:
    """Return the refusal for a field (or for `field` of the checked object) with a Portuguese message."""
    context = {"mensagem": mensagem} | ({"campo": field} if field else {})
    return PydanticCustomError("pedido", "{mensagem}", context)


def _read_by(read: Callable[[str], str]) -> Callable[[str], str]:
    """Return a check that applies `read` (of `printserver.formats.text`) and refuses an empty result."""

    def check(value: str) -> str:
        try:
            clean = read(value)
        except UnfitText as error:
            raise field_error(str(error)) from None
        if not clean:
            raise field_error("não pode ficar vazio")
        return clean

    return check


def _identifier(value: str) -> str:
    clean = _read_by(stamped)(value)
    if "|" in clean:
        raise field_error("não pode conter a barra vertical |, que separa os campos do registro do ato")
    return clean


def _folha(value: str) -> str:
    clean = value.strip()
    if _FOLHA.fullmatch(clean) is None or int(clean) == 0:
        raise field_error('deve ser o número da folha, só algarismos, a partir de 1, como "045"')
    return clean


def _ato(value: str) -> str:
    if _ATO.fullmatch(value) is None:
        raise field_error('o código do ato tem dois caracteres de 0-9 e A-Z, como "ES"')
    return value


def _serie(value: str) -> str:
    if _SERIE.fullmatch(value) is None:
        raise field_error('a série do selo de papel tem seis caracteres de 0-9 e A-Z, como "0371AJ"')
    return value


def _codigo(value: str) -> str:
    try:
        return str(code.read(value))
    except ValueError as error:
        raise field_error(str(error)) from None


def _pages(value: str) -> str:
    if _PAGES.fullmatch(value) is None:
        raise field_error('deve ser uma página ou faixa de páginas, como "3-5" ou "2,7"')
    return value


def _data(value: object) -> date:
    if type(value) is date:
        return value
    try:
        if isinstance(value, str) and _DATA.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise field_error('deve ser uma data do calendário, escrita como "2026-11-20"')


def _traslado_number(value: Any) -> int | str:
    if value == "proximo" or (type(value) is int and 1 <= value <= 9999):
        return value  # type: ignore[no-any-return]  # narrowed by the check above
    raise field_error('deve ser um número inteiro a partir de 1, ou "proximo"')


def _cpf(value: str) -> str:
    digits = value.translate(_UNWANTED_IN_CPF)
    if len(digits) != 11 or not (digits.isascii() and digits.isdigit()):
        raise field_error('o CPF tem 11 algarismos, como "529.982.247-25"')
    if digits != digits[:9] + cpf_check_digits(digits[:9]) or len(set(digits)) == 1:
        raise field_error("os dígitos verificadores do CPF não conferem")
    return digits


def cpf_check_digits(base: str) -> str:
    """Return the two check digits of a CPF's first nine."""
    for weight in (10, 11):
        remainder = sum(int(digit) * (weight - n) for n, digit in enumerate(base)) * 10 % 11
        base += str(remainder % 10)
    return base[9:]


def _state(value: str) -> str:
    if value not in _STATES:
        raise field_error('deve ser a sigla de um Estado, como "SP"; "EX" se for fora do Brasil')
    return value


def _text(maximum: int) -> Any:
    # `minLength` only in the description: the check's own message also covers blanks
    return Field(max_length=maximum, json_schema_extra={"minLength": 1})


def _pattern(pattern: re.Pattern[str]) -> Any:
    return Field(json_schema_extra={"pattern": f"^{pattern.pattern}$"})


Text = Annotated[str, Strict(), _text(500), AfterValidator(_read_by(plain))]
Reason = Annotated[str, Strict(), _text(2000), AfterValidator(_read_by(plain))]
Printed = Annotated[str, Strict(), _text(500), AfterValidator(_read_by(printed))]
"""A text of the document's pages: every character of it is in the fonts (S12)."""
PrintedName = Annotated[str, Strict(), _text(200), AfterValidator(_read_by(printed))]
"""A name on the document's pages."""
PrintedText = Annotated[str, Strict(), _text(10_000), AfterValidator(_read_by(printed))]
"""A long text of the document's pages, its blanks single: no body, and no paragraphs."""
Stamped = Annotated[str, Strict(), _text(500), AfterValidator(_read_by(stamped))]
"""A text of the seal block: the stamp can draw it after the seal is issued (S12)."""
StampedReason = Annotated[str, Strict(), _text(2000), AfterValidator(_read_by(stamped))]
Identifier = Annotated[str, Strict(), _text(100), AfterValidator(_identifier)]
Folha = Annotated[str, Strict(), Field(json_schema_extra={"pattern": r"^\s*[0-9]{1,6}\s*$"}), AfterValidator(_folha)]
CodigoDoAto = Annotated[str, Strict(), _pattern(_ATO), AfterValidator(_ato)]
Serie = Annotated[str, Strict(), _pattern(_SERIE), AfterValidator(_serie)]
CodigoDoSelo = Annotated[str, Strict(), Field(json_schema_extra={"pattern": "^[0-9A-Z]{25}$"}), AfterValidator(_codigo)]
Pages = Annotated[
    str,
    Strict(),
    Field(max_length=200, json_schema_extra={"pattern": f"^{_PAGES.pattern}$"}),
    AfterValidator(_pages),
]
Integer = Annotated[int, Strict()]
Boolean = Annotated[bool, Strict()]
Data = Annotated[
    date,
    PlainValidator(_data),
    PlainSerializer(date.isoformat, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-20"]}),
]
Cpf = Annotated[
    str,
    Strict(),
    Field(json_schema_extra={"pattern": r"^[0-9]{3}\.?[0-9]{3}\.?[0-9]{3}-?[0-9]{2}$", "examples": ["529.982.247-25"]}),
    AfterValidator(_cpf),
]
"""The eleven digits; points and hyphen of the request are dropped."""
State = Annotated[str, Strict(), Field(json_schema_extra={"enum": sorted(_STATES)}), AfterValidator(_state)]
TrasladoNumber = Annotated[
    int | Literal["proximo"],
    PlainValidator(_traslado_number),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1, "maximum": 9999}, {"const": "proximo"}]}),
]
