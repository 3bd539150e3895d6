"""Which document a model is for, by the words of its file's name, else by those of its first lines."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from printserver.formats import FormatType

_EVENT: Final = r"(?:nascimento|casamento|obito|natimorto)"
_EXTENT: Final = r"(?:breve.?relato|inteiro.?teor)"
_DEED: Final = r"(?:escritura|procuracao|testamento|ata notarial|substabelecimento)"


def _compiled(*words: tuple[FormatType, str]) -> tuple[tuple[FormatType, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(pattern)) for kind, pattern in words)


_SEALED: Final = _compiled(
    ("averbacao", r"averbac"),
    ("edital", r"\bedital|\bproclamas"),
    ("habilitacao", r"habilitac|\bcapa d"),
    ("ficha_abertura", r"ficha.*(?:abertura|firma)|cartao de (?:firma|assinatura)"),
    ("traslado", r"\btraslado"),
    ("certidao", rf"\bcertidao.{{0,40}}{_DEED}"),
    ("certidao_civil", rf"\bcertidao.{{0,40}}(?:{_EVENT}|{_EXTENT})|{_EXTENT}|{_EVENT}.{{0,40}}certidao"),
    ("assento", rf"\b(?:assento|termo|registro)(?: d[eo])? {_EVENT}|\bassento\b"),
    ("procedimento", r"\bprocedimento|\breconhecimento de (?:fil|pater)"),
    ("livro", rf"\b{_DEED}"),
    ("certidao", r"\bcertidao|\bcertifico\b|carta de sentenca"),
)
_REQUEST: Final = re.compile(r"\brequerimento|\bpedido\b")
"""A request for a document is not that document."""
_NOT_SEALED: Final = re.compile(
    r"\b(?:requerimento|pedido|oficio|comunicac|declarac|recibo|etiqueta|guia|protocolo|memorial|mandado|carta|capa"
    r"|indice|relac|relatorio|peticao|autorizac|aviso|notificac|envelope|termo de (?:abertura|encerramento))"
)

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

    In a name the more special word counts ("certidão de habilitação"), in a text the first one: the column of
    averbações comes after the title of its assento.
    """
    plain = _plain(name)
    named = next((kind for kind, words in _SEALED if words.search(plain)), None)
    if named is not None and (named == "habilitacao" or not _REQUEST.search(plain)):
        return named
    if named is not None or _NOT_SEALED.search(plain):
        return "avulso"
    text = _plain(beginning)
    rows: tuple[tuple[FormatType, re.Pattern[str]], ...] = (*_SEALED, ("avulso", _REQUEST))
    found = [(match.start(), at) for at, (_, words) in enumerate(rows) if (match := words.search(text))]
    return rows[min(found)[1]][0] if found else None


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", " ", "".join(each for each in letters if not unicodedata.combining(each)))
