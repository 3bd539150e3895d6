"""The service table (S9, C5): what a service costs, by component. The office's `servicos.toml` over the shipped."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from printserver.errors import Campo, Recusa, entrada_invalida
from printserver.selo._tables import Linha, carregar_tabela
from printserver.selo.fees import COMPONENTES, Emolumentos
from printserver.selo.money import Reais

ARQUIVO: Final = "servicos.toml"
_NOME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")


@dataclass(frozen=True, slots=True)
class Servico:
    """A row: `ano` is the year of the price list, `total` in reais. Without `emolumentos` it cannot be used yet."""

    nome: str
    descricao: str
    natureza: int
    ano: int
    emolumentos: Emolumentos | None
    total: Decimal | None
    a_confirmar: bool
    fonte: str


class TabelaDeServicos:
    """The services of an office, by name."""

    def __init__(self, servicos: Mapping[str, Servico]) -> None:
        self._servicos = dict(servicos)

    def get(self, nome: str) -> Servico | None:
        """Return the service of that name, or None."""
        return self._servicos.get(nome)

    def nomes(self) -> tuple[str, ...]:
        """Return the names of all services, in alphabetical order."""
        return tuple(sorted(self._servicos))

    def resolver(self, nome: str, *, demonstracao: bool, campo: str, natureza: int | None = None) -> Emolumentos:
        """Return the fee of service `nome`; `campo` is the dotted path of the field that asked for it.

        Raises Recusa `entrada-invalida` if there is no such service (or it is of another `natureza`, where one is
        given), and `servico-a-confirmar` if it has no components yet, or is still to be confirmed and the office is no
        demonstration (S9).
        """
        servico = self._servicos.get(nome)
        if servico is None:
            raise entrada_invalida(campo, f"serviço desconhecido: {nome[:60]!r}; há: {', '.join(self.nomes())}")
        if natureza is not None and servico.natureza != natureza:
            raise entrada_invalida(campo, f"o serviço {nome!r} é de natureza {servico.natureza}, não {natureza}")
        if servico.emolumentos is None:
            raise _a_confirmar(
                campo,
                f"o serviço {nome!r} só tem o total; as oito parcelas não se calculam dele: preencha-as em {ARQUIVO} "
                "da serventia, ou mande os emolumentos no pedido",
            )
        if servico.a_confirmar and not demonstracao:
            raise _a_confirmar(
                campo,
                f"o serviço {nome!r} ({servico.ano}, {servico.fonte}) ainda está a confirmar: confira os valores com a "
                f"tabela em vigor e escreva-o em {ARQUIVO} da serventia, sem a_confirmar, ou mande os emolumentos no "
                "pedido",
            )
        return servico.emolumentos


def carregar_servicos(instance_dir: Path | None) -> TabelaDeServicos:
    """Return the shipped services with those of `instance_dir`/servicos.toml laid over them, row by row.

    Raises ConfigError (Portuguese) that names the file and the key.
    """
    linhas = carregar_tabela(ARQUIVO, instance_dir, _LinhaDeServico, _NOME)
    return TabelaDeServicos({nome: linha.servico(nome) for nome, linha in linhas.items()})


class _LinhaDeServico(Linha):
    """One table of servicos.toml: all eight components, or none of them and a total."""

    descricao: Annotated[str, Field(min_length=1)]
    natureza: Literal[1, 2]
    ano: Annotated[int, Field(ge=2000, le=2099)]
    tabeliao: Reais | None = None
    estado: Reais | None = None
    secretaria_fazenda: Reais | None = None
    santa_casa: Reais | None = None
    registro_civil: Reais | None = None
    tribunal_justica: Reais | None = None
    iss: Reais | None = None
    ministerio_publico: Reais | None = None
    total: Reais | None = None
    fonte: str = ""

    @model_validator(mode="after")
    def _conferir(self) -> Self:
        faltam = [nome for nome in COMPONENTES if getattr(self, nome) is None]
        if faltam and (len(faltam) < len(COMPONENTES) or self.total is None):
            raise ValueError(f'dê as oito parcelas (zero é "0.00"), ou só o total; faltam: {", ".join(faltam)}')
        if emolumentos := self._emolumentos():
            if emolumentos.isento_total:
                raise ValueError("todas as parcelas são zero: isento se diz no pedido, não na tabela")
            if self.total is not None:
                emolumentos.conferir_total(self.total)
        return self

    def servico(self, nome: str) -> Servico:
        """Return the row as the plain service it describes."""
        emolumentos = self._emolumentos()
        return Servico(
            nome=nome,
            descricao=self.descricao,
            natureza=self.natureza,
            ano=self.ano,
            emolumentos=emolumentos,
            total=emolumentos.total if emolumentos else self.total,
            a_confirmar=self.a_confirmar,
            fonte=self.fonte,
        )

    def _emolumentos(self) -> Emolumentos | None:
        valores = {nome: valor for nome in COMPONENTES if (valor := getattr(self, nome)) is not None}
        return Emolumentos(**valores) if len(valores) == len(COMPONENTES) else None


def _a_confirmar(campo: str, mensagem: str) -> Recusa:
    return Recusa("servico-a-confirmar", f"{campo}: {mensagem}.", errors=[Campo(campo, mensagem)])
