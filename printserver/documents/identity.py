"""What *the same document* is (X0): numbers compared without leading zeros, blanks and case. Reads no table."""

import re
import unicodedata

from printserver.documents.instrumento import Instrumento, Referencia
from printserver.documents.kinds import FIELDS, KINDS, FieldValue, FieldValues
from printserver.documents.model import Certidao, Document, Livro, Minuta, Traslado
from printserver.documents.plan import Context, Identity
from printserver.errors import Recusa, invalid_input

# Leading zeros of a word's first number: `000123`, `2026/000123`, `P-001234`, `P001234`; not those inside `A10B003`,
# and not those after a point or comma within a number: `7.005` is not `7.5`.
_ZEROS = re.compile(r"(?<![^\W_])(?<![0-9][.,])([^\W\d_]*)0+(?=[0-9])")
# Letters and digits that Unicode has in another shape too (wide, bold …) are the same to who reads them. These are not:
# 7² is not 72, ½ is not 1/2.
_DISTINCT_FORMS = frozenset({"<super>", "<sub>", "<fraction>", "<circle>", "<square>"})
_SLASHES = "\u2044\u2215\u29f8"
_APOSTROPHES = "\u2018\u2019\u02bc\u2032"
_SHEET = re.compile(r"(.*?[^0-9]|)([0-9]+)", re.DOTALL)


def canonical(numero: str) -> str:
    """Return `numero` without what people do not compare: blanks, case, the shape of letters, hyphens and bars."""
    atual = ""
    following = "".join(numero.split())
    while following != atual:  # case may bring letters that have a plainer shape, and composing others
        atual = following
        following = unicodedata.normalize("NFC", "".join(_plain(letter) for letter in atual).upper())
    return atual


def normalize(numero: str) -> str:
    """Return `numero` as it is compared (X0): `canonical`, without the leading zeros of its whole numbers."""
    return _ZEROS.sub(r"\1", canonical(numero))


def normalize_id(identifier: str) -> str:
    """Return the id of an instrumento as it is compared: it identifies a livro, independent of the folhas (X0)."""
    return normalize(identifier)


def normalize_livro(livro: str) -> str:
    """Return the number of a livro as it is compared (X0)."""
    return normalize(livro)


def normalize_sheet(papel: str) -> str:
    """Return the number of a sheet of security paper as it is compared (X0, P5): its last digits are a whole number."""
    whole = canonical(papel)
    found_row = _SHEET.fullmatch(whole)
    return f"{normalize(found_row[1])}{int(found_row[2])}" if found_row else normalize(whole)


def normalize_folha(folha: str, field: str = "folha") -> int:
    """Return the number of a folha. Raises Recusa `entrada-invalida` naming `field` if it is not written in digits."""
    stripped = folha.strip()
    if not (stripped.isascii() and stripped.isdigit() and len(stripped) <= 6):
        raise invalid_input(field, "deve ser o número da folha, só algarismos")
    return int(stripped)


def traslado_number(document: Traslado, context: Context) -> int:
    """Return the traslado's number; `proximo` is the next one of its instrument."""
    return context.next_traslado if document.numero == "proximo" else document.numero


def identify(document: Document, context: Context) -> Identity:
    """Return what the document is (X0). Raises Recusa `instrumento-desconhecido` for a livro and folha unknown here."""
    kind = KINDS[document.tipo]
    named: dict[str, FieldValue] = dict.fromkeys(FIELDS) | _naming_fields(document, context) | {"tipo": document.tipo}
    named["natureza"] = named["natureza"] or 1  # of Notas, where the request has none
    key = ":".join((document.tipo, *(_compared(named[field]) for field in kind.key)))
    return Identity(tipo=document.tipo, chave=key, rotulo=label(named), campos=named)


def unknown_instrumento(reference: Referencia) -> Recusa:
    """Return the refusal of a reference to an instrument that is unknown here (404)."""
    if reference.id is not None:
        which = f"o instrumento {reference.id}"
    else:
        which = f"instrumento no livro {reference.livro}, folha {reference.folha_inicial},"
    return Recusa(
        "instrumento-desconhecido",
        f"Não há {which} neste servidor. Confira a referência, ou mande o instrumento inteiro.",
    )


def label(fields: FieldValues) -> str:
    """Return a document's name for people, as its own request spelled it; `fields` is the job's `documento`."""
    return KINDS[str(fields["tipo"])].label.format_map(fields)


def _compared(value: FieldValue) -> str:
    return normalize(value) if isinstance(value, str) else str(value)


def _plain(letter: str) -> str:
    """Return a character as people compare it: its plain digit, hyphen, bar or letter."""
    if letter.isascii():
        return letter
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    if unicodedata.category(letter) == "Pd" or letter == "\u2212":
        return "-"
    if letter in _SLASHES:
        return "/"
    if letter in _APOSTROPHES:
        return "'"
    tag, _, codigos = unicodedata.decomposition(letter).partition(" ")
    if not tag.startswith("<") or tag in _DISTINCT_FORMS:
        return letter
    whole = "".join(chr(int(codigo, 16)) for codigo in codigos.split())
    return whole if tag in ("<wide>", "<narrow>") or whole.isalpha() else letter


def _naming_fields(document: Document, context: Context) -> dict[str, FieldValue]:
    """Return the fields of the job's `documento` that this one has."""
    match document:
        case Minuta() | Livro():
            return _instrumento_fields(document.instrumento)
        case Traslado():
            return {"numero": traslado_number(document, context), **_origin_fields(document.instrumento, context)}
        case Certidao():
            origin = _origin_fields(document.instrumento, context) if document.instrumento else {}
            return {"pedido": document.pedido, "via": document.via, **origin}
        case _:
            return {field: getattr(document, field) for field in KINDS[document.tipo].key}


def _origin_fields(instrumento: Instrumento | Referencia, context: Context) -> dict[str, FieldValue]:
    """Return the copied instrument's fields: of its live livro, else of the request, else of its minuta."""
    if context.livro is not None:
        return _instrumento_fields(context.livro.instrumento)
    if isinstance(instrumento, Instrumento):
        return _instrumento_fields(instrumento)
    if context.minuta is not None:
        return _instrumento_fields(context.minuta)
    if instrumento.id is None:
        raise unknown_instrumento(instrumento)
    return {"instrumento": instrumento.id}


def _instrumento_fields(instrumento: Instrumento) -> dict[str, FieldValue]:
    return {
        "instrumento": instrumento.id,
        "livro": instrumento.livro,
        "folha_inicial": instrumento.folha_inicial,
        "folha_final": instrumento.folha_final,
    }
