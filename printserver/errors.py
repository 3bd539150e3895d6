"""The exception of every refusal, and the table of the contract's error words.

Any layer raises `Recusa` with an `ErrorWord`; the API turns it into `application/problem+json`, the command line into
a message. The words never change; the Portuguese texts may be improved.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

Retry = Literal["mesma-chave", "corrigir", "perguntar", "nao"]

ErrorWord = Literal[
    "json-invalido",
    "chave-invalida",
    "sem-permissao",
    "nao-encontrado",
    "instrumento-desconhecido",
    "formato-desconhecido",
    "fila-desconhecida",
    "modelo-desconhecido",
    "metodo-nao-permitido",
    "reimpressao-exige-xa",
    "prazo-xa-encerrado",
    "selo-facultativo",
    "impressao-em-andamento",
    "livro-nao-impresso",
    "folha-ocupada",
    "assinaturas-pendentes",
    "modelo-recusado",
    "em-processamento",
    "pdf-ainda-nao",
    "pergunta-respondida",
    "pergunta-mudou",
    "diga-as-folhas",
    "estado-nao-permite",
    "ja-excluido",
    "selo-ja-retificado",
    "hibrido-ja-comunicado",
    "primeira-via-ja-expedida",
    "assento-nao-impresso",
    "pedido-ja-selado",
    "selo-de-outro-registro",
    "removido",
    "corpo-grande-demais",
    "entrada-invalida",
    "escrevente-desconhecido",
    "chave-reutilizada",
    "difere-do-livro",
    "copia-de-documento-selado",
    "folhas-insuficientes",
    "corpo-invalido",
    "variavel-sem-valor",
    "bloco-sem-lugar",
    "servico-a-confirmar",
    "bandeja-desconhecida",
    "papel-incompativel",
    "papel-ja-usado",
    "limite-de-hibridos",
    "data-do-ato",
    "matricula-invalida",
    "matricula-nao-combina",
    "ato-gratuito",
    "averbacoes-em-certidao-isenta",
    "averbacoes-a-mais",
    "fundamento-obrigatorio",
    "servico-obrigatorio",
    "modelo-incompleto",
    "imagem-nao-cabe",
    "negativa-sem-consulta",
    "habilitacao-desta-serventia",
    "edital-proprio-nao-sela",
    "muitos-pedidos",
    "cabecalho-grande-demais",
    "erro-interno",
    "servidor-ocupado",
    "tribunal-nao-responde",
]
"""The error words of the contract, in the order of the table in `docs/api.md`."""


@dataclass(frozen=True, slots=True)
class Word:
    """The meaning of an error word: HTTP status, title (Portuguese), and how the caller may retry."""

    status: int
    title: str
    repetir: Retry


WORDS: Mapping[ErrorWord, Word] = {
    "json-invalido": Word(400, "JSON inválido", "corrigir"),
    "chave-invalida": Word(401, "Chave de acesso inválida", "corrigir"),
    "sem-permissao": Word(403, "Sem permissão", "nao"),
    "nao-encontrado": Word(404, "Não encontrado", "nao"),
    "instrumento-desconhecido": Word(404, "Instrumento desconhecido", "corrigir"),
    "formato-desconhecido": Word(404, "Formato desconhecido", "corrigir"),
    "fila-desconhecida": Word(404, "Fila desconhecida", "corrigir"),
    "modelo-desconhecido": Word(404, "Modelo desconhecido", "corrigir"),
    "metodo-nao-permitido": Word(405, "Método não permitido", "corrigir"),
    "reimpressao-exige-xa": Word(409, "Documento já impresso: reimpressão exige exclusão (XA)", "perguntar"),
    "prazo-xa-encerrado": Word(409, "Prazo da exclusão (XA) encerrado", "perguntar"),
    "selo-facultativo": Word(409, "Selo facultativo: decida se a ficha leva selo", "perguntar"),
    "impressao-em-andamento": Word(409, "Impressão em andamento", "mesma-chave"),
    "livro-nao-impresso": Word(409, "O livro ainda não foi impresso", "mesma-chave"),
    "folha-ocupada": Word(409, "Folha já ocupada por outro instrumento", "corrigir"),
    "assinaturas-pendentes": Word(409, "Assinaturas incompletas", "mesma-chave"),
    "modelo-recusado": Word(409, "O modelo não se imprime", "corrigir"),
    "em-processamento": Word(409, "O mesmo pedido ainda está em processamento", "mesma-chave"),
    "pdf-ainda-nao": Word(409, "O PDF ainda não existe", "mesma-chave"),
    "pergunta-respondida": Word(409, "A pergunta já foi respondida", "nao"),
    "pergunta-mudou": Word(409, "Os selos da pergunta mudaram", "perguntar"),
    "diga-as-folhas": Word(409, "Diga folha por folha o que saiu", "perguntar"),
    "estado-nao-permite": Word(409, "O estado do trabalho não permite", "nao"),
    "ja-excluido": Word(409, "O selo já foi excluído", "nao"),
    "selo-ja-retificado": Word(409, "O selo já foi retificado", "corrigir"),
    "hibrido-ja-comunicado": Word(409, "Selo de papel já comunicado", "corrigir"),
    "primeira-via-ja-expedida": Word(409, "A primeira via já foi expedida", "perguntar"),
    "assento-nao-impresso": Word(409, "O assento ainda não foi impresso", "mesma-chave"),
    "pedido-ja-selado": Word(409, "O pedido já tem selo, com outros dados", "nao"),
    "selo-de-outro-registro": Word(409, "O selo é de outro registro", "corrigir"),
    "removido": Word(410, "Removido pelo prazo de guarda", "nao"),
    "corpo-grande-demais": Word(413, "Corpo grande demais", "corrigir"),
    "entrada-invalida": Word(422, "Entrada inválida", "corrigir"),
    "escrevente-desconhecido": Word(422, "Escrevente desconhecido", "corrigir"),
    "chave-reutilizada": Word(422, "Chave de idempotência reutilizada com outro corpo", "corrigir"),
    "difere-do-livro": Word(422, "Difere do livro", "corrigir"),
    "copia-de-documento-selado": Word(422, "Documento selado não tem mais de uma cópia", "corrigir"),
    "folhas-insuficientes": Word(422, "Folhas insuficientes", "corrigir"),
    "corpo-invalido": Word(422, "Corpo inválido", "corrigir"),
    "variavel-sem-valor": Word(422, "Variável do modelo sem valor", "corrigir"),
    "bloco-sem-lugar": Word(422, "Não há lugar para o bloco do selo", "corrigir"),
    "servico-a-confirmar": Word(422, "Serviço ainda a confirmar", "corrigir"),
    "bandeja-desconhecida": Word(422, "Bandeja desconhecida", "corrigir"),
    "papel-incompativel": Word(422, "Papel incompatível", "corrigir"),
    "papel-ja-usado": Word(422, "Papel de segurança já usado", "corrigir"),
    "limite-de-hibridos": Word(422, "Selos de papel demais de uma vez", "corrigir"),
    "data-do-ato": Word(422, "Data do ato", "corrigir"),
    "matricula-invalida": Word(422, "Matrícula inválida", "corrigir"),
    "matricula-nao-combina": Word(422, "A matrícula não combina com o assento", "corrigir"),
    "ato-gratuito": Word(422, "Ato gratuito por lei", "corrigir"),
    "averbacoes-em-certidao-isenta": Word(422, "Certidão isenta não cobra averbações", "corrigir"),
    "averbacoes-a-mais": Word(422, "Averbações a mais", "corrigir"),
    "fundamento-obrigatorio": Word(422, "Falta o fundamento da isenção", "corrigir"),
    "servico-obrigatorio": Word(422, "Falta o serviço", "corrigir"),
    "modelo-incompleto": Word(422, "Faltam campos do modelo", "corrigir"),
    "imagem-nao-cabe": Word(422, "A imagem não cabe na certidão", "corrigir"),
    "negativa-sem-consulta": Word(422, "Negativa sem consulta à central", "corrigir"),
    "habilitacao-desta-serventia": Word(422, "Casamento nesta serventia", "corrigir"),
    "edital-proprio-nao-sela": Word(422, "O edital próprio não leva selo", "corrigir"),
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
        word: ErrorWord,
        detail: str,
        *,
        errors: Sequence[BadField] = (),
        extra: Mapping[str, object] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(f"{word}: {detail}")
        self.word: ErrorWord = word
        self.kind = WORDS[word]
        self.detail = detail
        self.errors = tuple(errors)
        self.extra: dict[str, object] = dict(extra or {})
        self.retry_after = retry_after

    def __reduce__(self) -> tuple[partial["Recusa"], tuple[ErrorWord, str]]:
        """Pickle all attributes, for a refusal that a render process raises (an exception pickles only its args)."""
        rebuild = partial(Recusa, errors=self.errors, extra=self.extra, retry_after=self.retry_after)
        return rebuild, (self.word, self.detail)


def invalid_input(field: str, mensagem: str) -> Recusa:
    """Return the refusal of one bad field (empty: the request as a whole), as 422 `entrada-invalida`."""
    return Recusa("entrada-invalida", f"{field or 'pedido'}: {mensagem}", errors=[BadField(field, mensagem)])


class ConfigError(Exception):
    """A setting, format or table of the office that cannot be used: the message (Portuguese) names file and key."""
