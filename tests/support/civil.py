"""Invented fields of certidões of Registro Civil, as a request has them, for tests of documents and of pages."""

import copy
from typing import Any

from hypothesis import strategies as st

from printserver.documents.civil.fields import FIELDS_OF, Especie, Fields
from printserver.documents.civil.models import EXAMPLES
from printserver.documents.civil.sheet import AverbacaoAnotacao

MATRICULA = "12345601552020100014128001540653"
IN_GROUPS = "123456 01 55 2020 1 00014 128 0015406 53"
LETTERS = "ABCDEGMRSTabcdeghijlmnopqrstuvxzÁÂÃÇÉÊÍÓÔÕÚáâãçéêíóôõú'-."
FREE_TEXTS = {
    *("nome_registrado", "local", "municipio", "municipio_nascimento", "sexo", "nome", "nome_atual", "nacionalidade"),
    *("nome_na_habilitacao", "estado_civil", "regime_bens", "nome_falecido", "cor", "ultimo_conjuge", "causa_morte"),
    *("documento", "residencia", "documento_identificacao", "eleitor", "declarante", "bens", "filhos", "numero_dnv"),
    *("tipo", "numero", "orgao", "idade"),
}


def example(especie: Especie, **others: Any) -> dict[str, Any]:
    return copy.deepcopy(EXAMPLES[especie]) | others


def read(especie: Especie, campos: dict[str, Any] | None = None) -> Fields:
    return FIELDS_OF[especie].model_validate(example(especie) if campos is None else campos)


def note(texto: str = "Averbado o divórcio.", data: str = "2025-03-10", **others: Any) -> AverbacaoAnotacao:
    return AverbacaoAnotacao.model_validate({"tipo": "averbacao", "data": data, "texto": texto, **others})


def texts(least: int = 1, most: int = 120) -> st.SearchStrategy[str]:
    """Texts that are one line: words of any length, the whole of it to `most` characters."""
    letters = st.text(LETTERS, min_size=1, max_size=30)
    return st.lists(letters, min_size=1, max_size=most // 4).map(lambda words: " ".join(words)[:most].strip())


@st.composite
def varied(draw: st.DrawFn, especie: Especie) -> dict[str, Any]:
    """The example of an especie with its free texts drawn anew."""

    def again(value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: again(item, key) for key, item in value.items()}
        if isinstance(value, list):
            return [again(item, "nome" if name == "avos" else name) for item in value]
        return draw(texts()) if name in FREE_TEXTS and value is not None else value

    drawn: dict[str, Any] = again(example(especie))
    return drawn


def printed_texts(value: Any) -> list[str]:
    """Every text of fields as they were read, but for those printed in another form (numbers, dates)."""
    if isinstance(value, dict):
        return [text for item in value.values() for text in printed_texts(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in printed_texts(item)]
    return [value] if isinstance(value, str) and not value.isdigit() else []
