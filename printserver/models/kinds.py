"""Which document a model is for, by the words of its file's name, else by those of its first lines."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Final

from printserver.formats import FormatType

_EVENT: Final = r"(?:nascimento|casamento|obito|natimorto|\b(?:nasc|cas|casam)\b)"
_CERTIFIED: Final = r"\bcert(?:idao)?\b"
_EXTENT: Final = r"(?:breve.?relato|inteiro.?teor)"
_DEED: Final = r"(?:escritura|procuracao|testamento|ata notarial|substabelecimento)"


def _compiled(*words: tuple[FormatType, str]) -> tuple[tuple[FormatType, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern)) for kind, pattern in words)


_SEALED: Final = _compiled(
    ("averbacao", r"\baverb"),
    ("edital", r"\bedital|\bproclamas"),
    ("habilitacao", rf"(?:{_CERTIFIED} (?:d[ae] )?)?habilitac|\bcapa d"),
    ("ficha_abertura", r"ficha.*(?:abertura|firma)|\bcartao (?:d[ae] )?(?:firma|assinatura)"),
    ("traslado", r"\btraslado"),
    ("certidao", rf"{_CERTIFIED}.{{0,40}}{_DEED}"),
    ("certidao_civil", rf"{_CERTIFIED}.{{0,40}}(?:{_EVENT}|{_EXTENT})|{_EXTENT}|{_EVENT}.{{0,40}}{_CERTIFIED}"),
    ("assento", rf"\b(?:assento|termo|registro)(?: d[eo])? {_EVENT}|\bassento\b"),
    ("procedimento", r"\bprocedimento|\breconhecimento de (?:fil|pater)"),
    ("livro", rf"\b{_DEED}"),
    ("certidao", rf"{_CERTIFIED}|\bcertidoes|\bcertifico\b|\bcarta (?:de )?sentenca"),
)
_REQUEST: Final = re.compile(r"\brequerimento|\bpedido\b")
"""A request for a document is not that document."""
_NOT_SEALED: Final = re.compile(
    r"\b(?:requerimento|pedido|oficio|comunicac|declarac|recibo|etiqueta|guia|protocolo|memorial|mandado|carta|capa"
    r"|indice|relac|relatorio|peticao|autorizac|aviso|notificac|envelope|termo de (?:abertura|encerramento))"
)

_TITLE: Final = re.compile(
    r"(?:requerimento|pedido(?! (?:n|no|numero|\d))|oficio|comunicac|declarac|recibo|autorizac|notificac|peticao"
    r"|memorial|relatorio|termo de (?:abertura|encerramento))\w* "
)
"""The first word of a paragraph that is the title of a document without a seal."""
_VARIABLE: Final = re.compile(r"<\w+>")

LABELS: Final[Mapping[FormatType, str]] = {
    "livro": "livro",
    "traslado": "traslado",
    "certidao": "certidão",
    "ficha_abertura": "ficha de abertura",
    "avulso": "avulso",
    "assento": "assento",
    "certidao_civil": "certidão de Registro Civil",
    "habilitacao": "habilitação",
    "edital": "edital",
    "averbacao": "averbação",
    "procedimento": "procedimento",
}
"""The kinds in words."""


def kind_of(name: str, beginning: str) -> FormatType | None:
    """Return the kind of document of a model; `avulso` for one without a seal, None if no word says it.

    `beginning` is its first paragraphs, one a line. In a name the more special word counts ("certidão de habilitação"),
    in a text the first one: the column of averbações comes after the title of its assento.
    """
    plain = _plain(name)
    named = next((kind for kind, words in _SEALED if words.search(plain)), None)
    if named is not None and (named == "habilitacao" or not _REQUEST.search(plain)):
        return named
    if named is not None or _NOT_SEALED.search(plain):
        return "avulso"
    return _first_in(list(map(_plain, _VARIABLE.sub(" ", beginning).split("\n"))))


def _first_in(paragraphs: Sequence[str]) -> FormatType | None:
    """Return the kind that the first words say; of words at the same place, the more special one."""
    text = " ".join(paragraphs)
    found = [(match.start(), at, kind) for at, (kind, words) in enumerate(_SEALED) if (match := words.search(text))]
    starts = accumulate((len(each) + 1 for each in paragraphs), initial=0)
    last: tuple[int, FormatType] = (len(_SEALED), "avulso")
    found += [(start, *last) for start, each in zip(starts, paragraphs, strict=False) if _TITLE.match(f"{each} ")]
    return min(found)[2] if found else None


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(each for each in letters if not unicodedata.combining(each))
    return re.sub(r"[\W_]+", " ", plain).strip()
