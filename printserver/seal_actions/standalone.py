"""A seal without a print: an act made elsewhere, or one whose paper is not of this server (N12)."""

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field
from sqlalchemy.engine import Connection

from printserver.documents import SeloPlanejado
from printserver.documents.fields import (
    OBJETO,
    OBJETO_OU_OUTRO,
    OUTRO,
    CodigoDoAto,
    Data,
    Identificador,
    Motivo,
    Texto,
)
from printserver.documents.model import Parte, Valor
from printserver.documents.moment import momento_do_ato
from printserver.documents.parties import exigir_iniciais
from printserver.documents.reading import ler
from printserver.ledger import seals
from printserver.office import people
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.seal_actions.common import (
    agir,
    anotar_motivo_da_data,
    lugar,
    valor,
)
from printserver.seal_actions.once import uma_vez
from printserver.selo import SeloNovo


class SeloAvulso(Valor):
    """`POST /selos`."""

    valor_obrigatorio: ClassVar[bool] = True

    natureza: Literal[1, 2] = 1
    ato: CodigoDoAto
    identificador: Identificador
    descricao: Texto | None = None
    data: Data | None = None
    motivo_data: Motivo | None = None
    partes: Annotated[
        tuple[Annotated[Annotated[Parte, OBJETO] | Annotated[Texto, OUTRO], OBJETO_OU_OUTRO], ...],
        Field(max_length=1000),
    ] = ()
    escrevente: Texto


def _nomes(pedido: SeloAvulso) -> tuple[str, ...]:
    """Return the parties' names. Raises `Recusa` `entrada-invalida` for one without initials (S6)."""
    return exigir_iniciais(
        [
            (parte, f"partes.{n}") if isinstance(parte, str) else (parte.nome, f"partes.{n}.nome")
            for n, parte in enumerate(pedido.partes)
        ]
    )


def selar(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[str, bool]:
    """Make a seal without a print. Return its code, and whether the key had made it before.

    Raises `Recusa` `entrada-invalida`, `data-do-ato` (S7), `servico-a-confirmar`, `escrevente-desconhecido`,
    `sem-permissao`.
    """
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(SeloAvulso, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        ato = office.atos.conferir(pedido.ato, natureza=pedido.natureza, campo="ato")
        emolumentos, isento, motivo = valor(office, pedido, pedido.natureza)
        novo = SeloNovo(
            natureza=pedido.natureza,
            ato=pedido.ato,
            descricao=pedido.descricao or ato.descricao,
            identificador=pedido.identificador,
            partes=_nomes(pedido),
            momento=momento_do_ato(pedido.data, pedido.motivo_data, agora, campo="selo"),
            emolumentos=emolumentos,
            isento=isento,
            motivo_isencao=motivo,
            iss_a_parte=ato.iss_a_parte,
        )
        place = lugar("avulso", pedido.identificador)
        emitidos, log = seals.selar(conn, office, [SeloPlanejado(novo)], place, quem, agora)
        anotar_motivo_da_data(log, pedido.motivo_data)
        return emitidos[0].codigo, log

    feito, repetido = uma_vez(office, autor, "POST /api/v1/selos", dados, chave, fazer)
    return str(feito), repetido
