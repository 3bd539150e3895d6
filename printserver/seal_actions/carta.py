"""The carta de sentença (N10): a seal with zero values, vinculador of its certidão's seal and of its autenticações."""

from typing import Annotated, Any

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import SeloPlanejado
from printserver.documents.fields import (
    OBJETO,
    OBJETO_OU_OUTRO,
    OUTRO,
    CodigoDoSelo,
    Data,
    Identificador,
    Inteiro,
    Modelo,
    Motivo,
    Texto,
)
from printserver.documents.model import Valor
from printserver.documents.moment import momento_do_ato
from printserver.documents.reading import ler
from printserver.errors import entrada_invalida
from printserver.ledger import seals
from printserver.office import people
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.seal_actions.common import (
    agir,
    anotar_motivo_da_data,
    mais_novo,
    valor,
)
from printserver.seal_actions.link import ligar
from printserver.seal_actions.once import uma_vez
from printserver.selo import Emolumentos, SeloNovo

ATO = "CS"
ATO_DA_CERTIDAO = "CE"
ATO_DA_AUTENTICACAO = "AU"
MAIOR_FAIXA = 500
_MOTIVO = "carta de sentença: o valor está nos selos vinculados"


class _ValorDaCertidao(Valor):
    valor_obrigatorio = True


class Faixa(Modelo):
    """A range of paper seals, already reported or loaded."""

    serie: Annotated[str, Field(pattern=r"^[0-9A-Z]{6}$")]
    de: Annotated[Inteiro, Field(ge=1, le=9_999_999)]
    ate: Annotated[Inteiro, Field(ge=1, le=9_999_999)]


class Carta(Modelo):
    """`POST /cartas-de-sentenca`. `certidao` is the code of its seal, or the VALUE of one to be made."""

    identificador: Identificador
    data: Data | None = None
    motivo_data: Motivo | None = None
    certidao: Annotated[
        Annotated[_ValorDaCertidao, OBJETO] | Annotated[CodigoDoSelo, OUTRO],
        OBJETO_OU_OUTRO,
    ]
    autenticacoes: Annotated[
        Annotated[Faixa, OBJETO] | Annotated[tuple[CodigoDoSelo, ...], Field(max_length=1000), OUTRO],
        OBJETO_OU_OUTRO,
    ] = ()
    escrevente: Texto


def fazer_carta(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[dict[str, Any], bool]:
    """Make the seal of a carta de sentença, that of its certidão where a VALUE is given, and the links.

    All of it or nothing. Return the codes, and whether the key had made them before. Raises `Recusa` as
    `avulsos.selar` and `vinculos.vincular`.
    """
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(Carta, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        momento = momento_do_ato(pedido.data, pedido.motivo_data, agora, campo="carta")

        def novo(ato: str, emolumentos: Emolumentos, isento: bool, motivo: str | None) -> SeloPlanejado:
            tipo = office.atos.conferir(ato, natureza=1, campo="ato")
            return SeloPlanejado(
                SeloNovo(1, ato, tipo.descricao, pedido.identificador, (), momento, emolumentos, isento, motivo)
            )

        planned = [novo(ATO, Emolumentos.zero(), True, _MOTIVO)]
        if not isinstance(pedido.certidao, str):
            planned.append(novo(ATO_DA_CERTIDAO, *valor(office, pedido.certidao, 1, "certidao.")))
        place = seals.Lugar(None, None, None, origem="carta")
        emitidos, log = seals.selar(conn, office, planned, place, quem, agora)
        anotar_motivo_da_data(log, pedido.motivo_data)
        carta, *made = [emitido.codigo for emitido in emitidos]
        certidao = pedido.certidao if isinstance(pedido.certidao, str) else made[0]
        copies = _autenticacoes(conn, office, pedido.autenticacoes)
        log += ligar(conn, office, carta, (certidao, *copies), quem)
        return {"codigo": carta, "certidao": certidao, "autenticacoes": list(copies)}, log

    feito, repetido = uma_vez(office, autor, "POST /api/v1/cartas-de-sentenca", dados, chave, fazer)
    return dict(feito), repetido


def _autenticacoes(conn: Connection, office: Office, named: tuple[str, ...] | Faixa) -> tuple[str, ...]:
    if isinstance(named, tuple):
        return named
    if named.ate < named.de or named.ate - named.de >= MAIOR_FAIXA:
        raise entrada_invalida("autenticacoes", f"dê de e ate em ordem, no máximo {MAIOR_FAIXA} selos")
    table = db.selo_papel
    query = sa.select(table.c.numero, table.c.codigo).where(
        table.c.serventia_id == office.serventia_id,
        table.c.ato == ATO_DA_AUTENTICACAO,
        table.c.serie == named.serie,
        table.c.numero.between(named.de, named.ate),
        table.c.codigo.is_not(None),
    )
    found = {row.numero: row.codigo for row in conn.execute(query)}
    missing = [n for n in range(named.de, named.ate + 1) if n not in found]
    if missing:
        raise entrada_invalida(
            "autenticacoes",
            f"estes selos de papel da série {named.serie} ainda não foram comunicados daqui: "
            f"{', '.join(f'{n:07}' for n in missing[:10])}. Faça antes a carga deles.",
        )
    return tuple(mais_novo(conn, office, found[n]) for n in range(named.de, named.ate + 1))
