"""The matrícula of an assento (C10): made or read, and held against what the assento says of itself."""

from printserver.documents.assento import Assento, MatriculaParts
from printserver.errors import BadField, ErrorWord, Recusa
from printserver.selo import LIVRO_TYPES, Matricula, make_matricula, parse_matricula

OWN_COLLECTION = "01"
_PARTS = {"acervo": "collection", "ano": "ano", "livro": "livro", "folha": "folha", "termo": "termo", "cns": "cns"}


def read_matricula(text: str, field: str) -> Matricula:
    """Return a matrícula. Raises Recusa `matricula-invalida` naming `field`."""
    try:
        return parse_matricula(text)
    except ValueError as error:
        raise _refusal("matricula-invalida", field, str(error)) from None


def assento_matricula(assento: Assento, cns: str, field: str) -> Matricula:
    """Return the matrícula of the ASSENTO at the dotted path `field`; `cns` is the office's own.

    Raises Recusa `matricula-invalida`, and `matricula-nao-combina` where type, livro, folha, termo or CNS are not those
    of the assento.
    """
    where = f"{field}.matricula"
    if isinstance(assento.matricula, str):
        found = read_matricula(assento.matricula, where)
    else:
        found = _made(assento.matricula or _own_parts(assento), assento.especie, cns, where)
    _check_fits(found, assento, cns, field)
    return found


def _own_parts(assento: Assento) -> MatriculaParts:
    named = {name: value for name in _PARTS if (value := getattr(assento, name)) is not None}
    return MatriculaParts(**named)


def _made(parts: MatriculaParts, especie: str, cns: str, field: str) -> Matricula:
    for name in ("acervo", "livro", "folha", "termo"):
        if not getattr(parts, name).strip("0 "):
            raise _refusal("matricula-invalida", field, f"{name}: o número vai a partir de 1")
    try:
        return make_matricula(
            cns=parts.cns or cns,
            collection=parts.acervo,
            ano=parts.ano,
            livro_type=LIVRO_TYPES[especie],
            livro=parts.livro,
            folha=parts.folha,
            termo=parts.termo,
        )
    except ValueError as error:
        raise _refusal("matricula-invalida", field, str(error)) from None


def _check_fits(found: Matricula, assento: Assento, cns: str, field: str) -> None:
    if found.livro_type != LIVRO_TYPES[assento.especie]:
        raise _refusal(
            "matricula-nao-combina",
            f"{field}.matricula",
            f"o tipo de livro {found.livro_type} da matrícula não é o de {assento.especie} "
            f"({LIVRO_TYPES[assento.especie]})",
        )
    if found.collection == OWN_COLLECTION and found.cns != cns:
        raise _refusal(
            "matricula-nao-combina",
            f"{field}.matricula",
            f"a matrícula é do acervo próprio (01) e do CNS {found.cns}, que não é o desta serventia ({cns})",
        )
    for name, part in _PARTS.items():
        said = getattr(assento, name)
        if said is not None and not _same(said, getattr(found, part)):
            raise _refusal(
                "matricula-nao-combina",
                f"{field}.{name}",
                f"o assento diz {said}, e a matrícula {getattr(found, part)}",
            )


def _same(said: str, part: str) -> bool:
    digits = said.strip()
    return digits.isascii() and digits.isdigit() and int(digits) == int(part)


def _refusal(word: ErrorWord, field: str, mensagem: str) -> Recusa:
    return Recusa(word, f"{field}: {mensagem}.", errors=[BadField(field, mensagem)])
