"""Acts at the counter, each with a numbered paper seal: recorded, reversed, waiting for the check (H1, H2)."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from pydantic import AfterValidator, Field, Strict
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date, rfc3339
from printserver.counter import paper_seals
from printserver.court.pending import AGUARDANDO, CARREGADO, ESTORNADO
from printserver.documents.fields import (
    CodigoDoAto,
    Data,
    Logico,
    Modelo,
    Motivo,
    Texto,
    erro,
)
from printserver.documents.model import Valor
from printserver.documents.reading import ler
from printserver.errors import Recusa, entrada_invalida
from printserver.office import people
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.seal_actions.common import agir, confirmado, valor
from printserver.seal_actions.once import uma_vez
from printserver.selo import SeloDePapel, centavos, ler_papel

PAGE = 200
_NUMERO = re.compile(r"[0-9]{1,18}")
SEPARADORES = str.maketrans("", "", " .-/\t\r\n")


def _papel(texto: str) -> str:
    try:
        return str(ler_papel(texto.upper().translate(SEPARADORES)))
    except ValueError:
        raise erro(f"o selo de papel se escreve como AU0371AJ 0979007; não se entende {texto!r}") from None


# As it is typed or read by a scanner: with or without blanks, hyphens and points.
Papel = Annotated[str, Strict(), Field(max_length=40), AfterValidator(_papel)]


class AtoDeBalcao(Valor):
    """`POST /atos-de-balcao`. `papel` is what stands on the paper seal, as AU0371AJ 0979007."""

    valor_obrigatorio: ClassVar[bool] = True

    ato: CodigoDoAto
    papel: Papel
    data: Data | None = None
    escrevente: Texto


class Estorno(Modelo):
    """`POST /atos-de-balcao/{id}/estorno`. `papel_inutilizado` false: the number was written down wrong."""

    motivo: Motivo
    papel_inutilizado: Logico = True
    escrevente: Texto


def registrar(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[dict[str, Any], bool]:
    """Record an act at the counter; it waits for the day's load. Return it, and whether the key had recorded it.

    Raises `Recusa` `entrada-invalida`, `data-do-ato`, `hibrido-ja-comunicado`, `servico-a-confirmar`.
    """
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(AtoDeBalcao, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        confirmado(office, pedido.ato, "ato", hibrido=True)
        papel = ler_papel(pedido.papel)
        if papel.ato != pedido.ato:
            raise entrada_invalida("papel", f"o selo de papel é de {papel.ato}, o ato é {pedido.ato}")
        dia = paper_seals.ate_hoje(pedido.data or local_date(agora), agora)
        paper_seals.recusar_vistos(conn, office, papel.ato, papel.serie, papel.numero, papel.numero)
        paper_seals.escrever(conn, office, [papel], paper_seals.AGUARDANDO, dia, quem, agora)
        emolumentos, isento, motivo = valor(office, pedido, 1)
        values = {
            "serventia_id": office.serventia_id,
            "ato": papel.ato,
            "serie": papel.serie,
            "numero": papel.numero,
            "data": dia,
            "isento": isento,
            "motivo_isencao": motivo,
            "emolumentos": emolumentos.to_centavos(),
            "total_centavos": centavos(emolumentos.total),
            "estado": AGUARDANDO,
            "escrevente": quem.pessoa,
            "sistema": quem.sistema,
            "criado_em": agora,
        }
        number = conn.execute(sa.insert(db.ato_balcao).values(**values).returning(db.ato_balcao.c.id)).scalar_one()
        what = {"papel": pedido.papel, "data": dia.isoformat(), "total_centavos": values["total_centavos"]}
        what |= {"motivo_isencao": motivo} if isento else {}
        return number, [_registro(number, AGUARDANDO, quem, what)]

    feito, repetido = uma_vez(office, autor, "POST /api/v1/atos-de-balcao", dados, chave, fazer)
    return consultar(office, feito), repetido


def estornar(
    office: Office, autor: Autor, numero: str, dados: object, chave: str | None = None
) -> tuple[dict[str, Any], bool]:
    """Reverse an act that waits: it is left out of the load (H2), and its paper seal is void unless said otherwise.

    A paper seal that is not void (its number was written down wrong) may be recorded again.

    Raises `Recusa` `nao-encontrado`, `estado-nao-permite` (already loaded: exclude its seal by XA; already reversed).
    """
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(Estorno, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        row = _linha(conn, office, numero, travar=True)
        if row["estado"] != AGUARDANDO:
            raise Recusa(
                "estado-nao-permite",
                f"Este ato já foi {row['estado']}"
                + (f": exclua o selo {row['codigo']} (XA)." if row["estado"] == CARREGADO else "."),
            )
        note = {"motivo": pedido.motivo, "quem": quem.pessoa, "quando": rfc3339(agora)}
        conn.execute(
            sa.update(db.ato_balcao).where(db.ato_balcao.c.id == row["id"]).values(estado=ESTORNADO, estorno=note)
        )
        papel = SeloDePapel(row["ato"], row["serie"], row["numero"])
        if pedido.papel_inutilizado:
            paper_seals.anular(conn, office, papel, pedido.motivo, quem, agora)
        else:
            paper_seals.soltar(conn, office, papel)
        what = {"motivo": pedido.motivo, "papel_inutilizado": pedido.papel_inutilizado}
        return row["id"], [_registro(row["id"], ESTORNADO, quem, what)]

    feito, repetido = uma_vez(office, autor, f"POST /api/v1/atos-de-balcao/{numero}/estorno", dados, chave, fazer)
    return consultar(office, feito), repetido


def consultar(office: Office, numero: int | str) -> dict[str, Any]:
    """Return an act at the counter. Raises `Recusa` `nao-encontrado`."""
    with office.db.read() as conn:
        return mostrar(_linha(conn, office, numero))


def listar(
    office: Office, dia: date | None, estado: str | None, pagina: int = 1, *, isentos: bool = False
) -> dict[str, Any]:
    """Return a page of the acts at the counter, newest first; `isentos`: of those alone."""
    table = db.ato_balcao
    where = [table.c.serventia_id == office.serventia_id]
    if dia is not None:
        where.append(table.c.data == dia)
    if estado is not None:
        where.append(table.c.estado == estado)
    if isentos:
        where.append(table.c.isento)
    with office.db.read() as conn:
        total = conn.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
        rows = conn.execute(
            sa.select(table).where(*where).order_by(table.c.id.desc()).limit(PAGE).offset((pagina - 1) * PAGE)
        ).mappings()
        return {"itens": [mostrar(row) for row in rows], "pagina": pagina, "total": total}


def ultimo(office: Office, escrevente: str, ato: str) -> dict[str, Any] | None:
    """Return the last act of that type that a person recorded within a month; None if there is none."""
    table = db.ato_balcao
    query = sa.select(table).where(
        table.c.serventia_id == office.serventia_id,
        table.c.data >= local_date(office.clock()) - timedelta(days=31),
        table.c.escrevente == escrevente,
        table.c.ato == ato,
    )
    with office.db.read() as conn:
        row = conn.execute(query.order_by(table.c.id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else mostrar(row)


def mostrar(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return an act at the counter as the API shows it."""
    return {
        "id": row["id"],
        "ato": row["ato"],
        "papel": str(SeloDePapel(row["ato"], row["serie"], row["numero"])),
        "data": row["data"].isoformat(),
        "estado": row["estado"],
        "isento": row["isento"],
        "motivo_isencao": row["motivo_isencao"],
        "emolumentos_centavos": row["emolumentos"],
        "total_centavos": row["total_centavos"],
        "selo": row["codigo"],
        "escrevente": row["escrevente"],
        "quando": rfc3339(row["criado_em"]),
        "estorno": row["estorno"],
    }


def _linha(conn: Connection, office: Office, numero: int | str, *, travar: bool = False) -> Mapping[Any, Any]:
    table = db.ato_balcao
    row = None
    if _NUMERO.fullmatch(str(numero)):
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.id == int(numero))
        row = conn.execute(query.with_for_update() if travar else query).mappings().one_or_none()
    if row is None:
        raise Recusa("nao-encontrado", f"Não há ato de balcão com o número {str(numero)[:40]!r}.")
    return row


def _registro(number: int, estado: str, quem: Autor, detalhe: Mapping[str, Any]) -> Registro:
    return Registro("balcao", str(number), estado, quem.pessoa, quem.sistema, quem.endereco, detalhe)
