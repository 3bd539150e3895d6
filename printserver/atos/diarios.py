"""Daily seals (D1–D3): one a day with the day's total, which grows by retification; the ISS is reported apart."""

from typing import Any, Literal

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict
from sqlalchemy.engine import Connection

from printserver import db, people
from printserver.atos.comum import agir, como_novo, mais_novo, selo_da_casa
from printserver.atos.uma_vez import uma_vez
from printserver.audit import Registro
from printserver.clock import local_date
from printserver.documents import SeloPlanejado
from printserver.documents.campos import Data, Motivo, Texto
from printserver.documents.momento import momento_do_ato
from printserver.errors import Recusa, entrada_invalida
from printserver.jobs import sealing
from printserver.jobs.office import Office
from printserver.jobs.requests import ler
from printserver.people import Autor
from printserver.selo import COMPONENTES, ZERO, Emolumentos, Reais, SeloNovo, centavos, formatar_reais

_DATA = "total do dia, fechado depois (D1, D2)"


class Diario(BaseModel):
    """`POST /diarios`: the day's total so far, without the ISS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tipo: Literal["fotocopia", "cenad"]
    data: Data
    total: Reais
    iss: Reais = ZERO
    motivo: Motivo | None = None
    escrevente: Texto


def lancar(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[str, bool]:
    """Make the day's seal, or the retificador with the day's new total. Return its code, and whether the key had.

    The contract gives no components: the total stands in the tabelião's, the ISS in its own and outside the total
    (D1). The same total again changes nothing. Raises `Recusa` `data-do-ato`, `entrada-invalida` (a total of zero; a
    smaller one than before without `motivo`), `ja-excluido`.
    """
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(Diario, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        if pedido.total == ZERO:
            raise entrada_invalida("total", "o total do dia não pode ser zero: sem cópias não há selo diário")
        zeros = dict.fromkeys(COMPONENTES, ZERO)
        emolumentos = Emolumentos(**zeros | {"tabeliao": pedido.total, "iss": pedido.iss})
        table = db.diario
        mine = (table.c.serventia_id == office.serventia_id, table.c.tipo == pedido.tipo, table.c.dia == pedido.data)
        known = conn.execute(sa.select(table).where(*mine).with_for_update()).mappings().one_or_none()
        values = {"total_centavos": centavos(pedido.total), "iss_centavos": centavos(pedido.iss)}
        if known is None:
            return _primeiro(conn, office, pedido, emolumentos, values, quem)
        row = selo_da_casa(conn, office, mais_novo(conn, office, known["codigo"]))
        if row["ato"] == "XA":
            raise Recusa("ja-excluido", f"O selo diário de {pedido.data:%d/%m/%Y} foi excluído (XA): confira o dia.")
        if (row["total_centavos"], row["iss_centavos"]) == tuple(values.values()):
            return row["codigo"], []
        if values["total_centavos"] < row["total_centavos"] and pedido.motivo is None:
            before = formatar_reais(Emolumentos.from_centavos(row["emolumentos"]).total_do_selo(True))
            raise entrada_invalida("motivo", f"o total do dia já era {before}: para diminuí-lo, diga o motivo")
        novo = como_novo(row, emolumentos=emolumentos, iss_a_parte=True)
        motivo = pedido.motivo or "novo total do dia"
        emitidos, log = sealing.retificar(conn, office, [(row, novo)], motivo, quem, agora)
        conn.execute(sa.update(table).where(*mine).values(codigo=emitidos[0].codigo, **values))
        return emitidos[0].codigo, log

    feito, repetido = uma_vez(office, autor, "POST /api/v1/diarios", dados, chave, fazer)
    return str(feito), repetido


def _primeiro(
    conn: Connection, office: Office, pedido: Diario, emolumentos: Emolumentos, values: dict[str, int], quem: Autor
) -> tuple[str, list[Registro]]:
    agora = office.clock()
    code = getattr(office.settings.diarios, pedido.tipo)
    ato = office.atos.conferir(code, natureza=1, campo=f"diarios.{pedido.tipo}")
    if not ato.iss_a_parte:
        raise entrada_invalida(f"diarios.{pedido.tipo}", f"o ato {code} não tem iss_a_parte em atos.toml (D1)")
    momento = momento_do_ato(pedido.data, _DATA, agora, campo="diario")
    novo = SeloNovo(
        natureza=1,
        ato=code,
        descricao=ato.descricao,
        identificador=f"{pedido.tipo}-{pedido.data.isoformat()}",
        partes=(),
        momento=momento,
        emolumentos=emolumentos,
        iss_a_parte=True,
    )
    place = sealing.Lugar(None, None, None, origem="diario")
    emitidos, log = sealing.selar(conn, office, [SeloPlanejado(novo)], place, quem, agora)
    key = {"serventia_id": office.serventia_id, "tipo": pedido.tipo, "dia": local_date(momento)}
    conn.execute(sa.insert(db.diario).values(**key, codigo=emitidos[0].codigo, **values))
    return emitidos[0].codigo, log
