"""Which document a model is for, by the words of its file's name and of its first lines."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from printserver.formats import FormatType

_WORDS: Final[tuple[tuple[FormatType, re.Pattern[str]], ...]] = tuple(
    (kind, re.compile(words))  # type: ignore[misc]  # the kinds are those of FormatType
    for kind, words in (
        ("averbacao", r"averbac"),
        ("edital", r"\bedital"),
        ("habilitacao", r"habilitac|\bcapa d"),
        ("ficha_abertura", r"ficha.*(?:abertura|firma)|cartao de (?:firma|assinatura)"),
        ("traslado", r"\btraslado"),
        ("certidao_civil", r"certidao.*(?:nascimento|casamento|obito|natimorto)|breve.?relato|inteiro.?teor"),
        ("certidao_civil", r"(?:nascimento|casamento|obito|natimorto).*certidao"),
        ("assento", r"\b(?:assento|termo|registro) de (?:nascimento|casamento|obito|natimorto)|\bassento\b"),
        ("procedimento", r"\bprocedimento|\breconhecimento de fil"),
        ("livro", r"\bescritura|\bprocuracao|\btestamento|\bata notarial|\bsubstabelecimento"),
        ("certidao", r"\bcertidao|\bcertifico\b|carta de sentenca"),
    )
)
_NO_SEAL: Final[FormatType] = "avulso"

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


def kind_of(name: str, beginning: str) -> FormatType:
    """Return the kind of document of a model; `avulso`, which is not sealed, if no word tells it."""
    for text in (name, beginning):
        plain = _plain(text)
        found = next((kind for kind, words in _WORDS if words.search(plain)), None)
        if found is not None:
            return found
    return _NO_SEAL


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return re.sub(r"[\W_]+", " ", "".join(each for each in letters if not unicodedata.combining(each)))
