"""Every refusal of this program: one exception, one table of words (the contract's), one place.

`Recusa` is raised on any floor with a word of `WORDS`; the HTTP face turns it into `application/problem+json`,
the command line into a message. The words never change; the Portuguese texts may be made better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

Retry = Literal["mesma-chave", "corrigir", "perguntar", "nao"]


@dataclass(frozen=True, slots=True)
class Word:
    """What a word of the contract stands for: HTTP status, title (Portuguese) and what the caller should do."""

    status: int
    title: str
    repetir: Retry


WORDS: Mapping[str, Word] = {
    "json-invalido": Word(400, "JSON inválido", "corrigir"),
    "chave-invalida": Word(401, "Chave de acesso inválida", "corrigir"),
    "sem-permissao": Word(403, "Sem permissão", "nao"),
    "nao-encontrado": Word(404, "Não encontrado", "nao"),
    "instrumento-desconhecido": Word(404, "Instrumento desconhecido", "corrigir"),
    "formato-desconhecido": Word(404, "Formato desconhecido", "corrigir"),
    "fila-desconhecida": Word(404, "Fila desconhecida", "corrigir"),
    "metodo-nao-permitido": Word(405, "Método não permitido", "corrigir"),
    "reimpressao-exige-xa": Word(409, "Documento já impresso: reimpressão exige exclusão (XA)", "perguntar"),
    "prazo-xa-encerrado": Word(409, "Prazo da exclusão (XA) encerrado", "perguntar"),
    "selo-facultativo": Word(409, "Selo facultativo: decida se a ficha leva selo", "perguntar"),
    "impressao-em-andamento": Word(409, "Impressão em andamento", "mesma-chave"),
    "livro-nao-impresso": Word(409, "O livro ainda não foi impresso", "mesma-chave"),
    "folha-ocupada": Word(409, "Folha já ocupada por outro instrumento", "corrigir"),
    "assinaturas-pendentes": Word(409, "Assinaturas incompletas", "mesma-chave"),
    "em-processamento": Word(409, "O mesmo pedido ainda está em processamento", "mesma-chave"),
    "pdf-ainda-nao": Word(409, "O PDF ainda não existe", "mesma-chave"),
    "pergunta-respondida": Word(409, "A pergunta já foi respondida", "nao"),
    "pergunta-mudou": Word(409, "Os selos da pergunta mudaram", "perguntar"),
    "diga-as-folhas": Word(409, "Diga folha por folha o que saiu", "perguntar"),
    "estado-nao-permite": Word(409, "O estado do trabalho não permite", "nao"),
    "ja-excluido": Word(409, "O selo já foi excluído", "nao"),
    "selo-ja-retificado": Word(409, "O selo já foi retificado", "corrigir"),
    "hibrido-ja-comunicado": Word(409, "Selo de papel já comunicado", "corrigir"),
    "corpo-grande-demais": Word(413, "Corpo grande demais", "corrigir"),
    "entrada-invalida": Word(422, "Entrada inválida", "corrigir"),
    "escrevente-desconhecido": Word(422, "Escrevente desconhecido", "corrigir"),
    "chave-reutilizada": Word(422, "Chave de idempotência reutilizada com outro corpo", "corrigir"),
    "difere-do-livro": Word(422, "Difere do livro", "corrigir"),
    "copia-de-documento-selado": Word(422, "Documento selado não tem mais de uma cópia", "corrigir"),
    "folhas-insuficientes": Word(422, "Folhas insuficientes", "corrigir"),
    "corpo-invalido": Word(422, "Corpo inválido", "corrigir"),
    "corpo-nao-suportado": Word(422, "Corpo ainda não suportado", "corrigir"),
    "bloco-sem-lugar": Word(422, "Não há lugar para o bloco do selo", "corrigir"),
    "servico-a-confirmar": Word(422, "Serviço ainda a confirmar", "corrigir"),
    "bandeja-desconhecida": Word(422, "Bandeja desconhecida", "corrigir"),
    "papel-incompativel": Word(422, "Papel incompatível", "corrigir"),
    "papel-ja-usado": Word(422, "Papel de segurança já usado", "corrigir"),
    "limite-de-hibridos": Word(422, "Selos de papel demais de uma vez", "corrigir"),
    "data-do-ato": Word(422, "Data do ato", "corrigir"),
    "muitos-pedidos": Word(429, "Muitos pedidos", "mesma-chave"),
    "cabecalho-grande-demais": Word(431, "Cabeçalho grande demais", "corrigir"),
    "erro-interno": Word(500, "Erro interno", "mesma-chave"),
    "servidor-ocupado": Word(503, "Servidor ocupado", "mesma-chave"),
    "tribunal-nao-responde": Word(503, "O tribunal não responde", "mesma-chave"),
}


@dataclass(frozen=True, slots=True)
class BadField:
    """One bad field: its dotted path in the request (`documento.instrumento.atos.0.ato`) and what is wrong with it."""

    campo: str
    mensagem: str


class Recusa(Exception):
    """A refusal with a word of the contract.

    `detail` (Portuguese) says what is wrong, where and what to do. `errors` names the bad fields. `extra` is merged
    into the problem answer (`job`, `anterior`, `paginas` …). `retry_after` is in whole seconds.
    """

    def __init__(
        self,
        word: str,
        detail: str,
        *,
        errors: Sequence[BadField] = (),
        extra: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{word}: {detail}")
        self.word = word
        self.kind = WORDS[word]
        self.detail = detail
        self.errors = tuple(errors)
        self.extra = dict(extra or {})
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a refusal cross from a render process whole (an exception pickles only its text by itself)."""
        rebuild = partial(Recusa, errors=self.errors, extra=self.extra, retry_after=self.retry_after)
        return rebuild, (self.word, self.detail)


def invalid_input(field: str, mensagem: str) -> Recusa:
    """Return the refusal of one bad field (empty: the request as a whole), as 422 `entrada-invalida`."""
    return Recusa("entrada-invalida", f"{field or 'pedido'}: {mensagem}", errors=[BadField(field, mensagem)])


class ConfigError(Exception):
    """A setting, format or table of the office that cannot be used: the message (Portuguese) names file and key."""
