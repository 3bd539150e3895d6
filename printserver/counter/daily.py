"""Daily seals (D1–D3): one a day with the day's total, which grows by retification."""

from collections.abc import Mapping
from datetime import date, datetime
from statistics import median
from typing import Any, Final, Literal, Self, get_args

import sqlalchemy as sa
from pydantic import model_validator
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local_date
from printserver.documents import SeloPlanejado
from printserver.documents.fields import (
    Data,
    Motivo,
    Texto,
    erro,
)
from printserver.documents.model import Valor
from printserver.documents.moment import momento_do_ato, recusar_data_vazia
from printserver.documents.reading import ler
from printserver.errors import Campo, Recusa, entrada_invalida
from printserver.ledger import seals as sealing
from printserver.office import people
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.seal_actions.common import (
    agir,
    anotar_motivo_da_data,
    como_novo,
    confirmado,
    mais_novo,
    selo_da_casa,
    valor,
)
from printserver.seal_actions.once import uma_vez
from printserver.selo import (
    COMPONENTES,
    EXCLUSAO,
    ZERO,
    Emolumentos,
    Reais,
    SeloNovo,
    TipoDeAto,
    de_centavos,
    formatar_reais,
)

Tipo = Literal["fotocopia", "cenad"]
TIPOS: Final[tuple[Tipo, ...]] = get_args(Tipo)


class Diario(Valor):
    """`POST /diarios`: the day's total so far, without the ISS; or a VALUE, which tells the components too.

    `iss` absent: the day's seal keeps the ISS that it has (A7); 0.00 takes it away.
    """

    tipo: Tipo
    data: Data
    total: Reais | None = None
    iss: Reais | None = None
    motivo: Motivo | None = None
    escrevente: Texto

    @model_validator(mode="after")
    def _total_ou_valor(self) -> Self:
        if self.isento:
            raise erro("o selo do dia não é isento: sem cópias não há selo", "isento")
        if self.cobrado is None and self.total is None:
            raise erro("falta o total do dia, ou o valor: emolumentos, servico ou servicos", "total")
        if self.total == ZERO:
            raise erro("o total do dia não pode ser zero: sem cópias não há selo do dia", "total")
        return self


def lancar(office: Office, autor: Autor, dados: object, chave: str | None = None) -> tuple[str, bool]:
    """Make the day's seal, or the retificador with the day's new total. Return its code, and whether the key had.

    A bare total stands in the tabelião's component, the ISS in its own. The same value again changes nothing. Raises
    `Recusa` `data-do-ato`, `entrada-invalida` (a smaller total than before without `motivo`), `servico-a-confirmar`,
    and `ja-excluido` where the day's seal was excluded and no `motivo` asks for another.
    """
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(Diario, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        ato = _ato(office, pedido.tipo)
        table = db.diario
        mine = (table.c.serventia_id == office.serventia_id, table.c.tipo == pedido.tipo, table.c.dia == pedido.data)
        known = conn.execute(sa.select(table.c.codigo).where(*mine).with_for_update()).scalar_one_or_none()
        row = None if known is None else selo_da_casa(conn, office, mais_novo(conn, office, known))
        live = row if row is not None and row["ato"] != EXCLUSAO else None
        emolumentos = _emolumentos(office, pedido, live)
        if live is not None:
            return _novo_total(conn, office, pedido, live, ato, emolumentos, quem, agora)
        if row is not None and pedido.motivo is None:
            raise Recusa(
                "ja-excluido",
                f"O selo do dia {pedido.data:%d/%m/%Y} foi excluído (XA). Para fazer outro, diga o motivo.",
            )
        codigo, log = _primeiro(conn, office, pedido, ato, emolumentos, quem, agora)
        if row is None:
            row = {"serventia_id": office.serventia_id, "tipo": pedido.tipo, "dia": pedido.data}
            conn.execute(sa.insert(table).values(**row, codigo=codigo))
        else:
            conn.execute(sa.update(table).where(*mine).values(codigo=codigo))
        return codigo, log

    feito, repetido = uma_vez(office, autor, "POST /api/v1/diarios", dados, chave, fazer)
    return str(feito), repetido


def do_dia(office: Office, dia: date) -> dict[Tipo, str | None]:
    """Return by type the code of the newest seal of a day's chain, an XA included; None where there is none."""
    table = db.diario
    with office.db.read() as conn:
        query = sa.select(table.c.tipo, table.c.codigo).where(
            table.c.serventia_id == office.serventia_id, table.c.dia == dia
        )
        found = {row.tipo: mais_novo(conn, office, row.codigo) for row in conn.execute(query)}
    return {tipo: found.get(tipo) for tipo in TIPOS}


def habitual(office: Office, tipo: Tipo, dia: date) -> int | None:
    """Return the median, in centavos and without ISS, of the last ten days of that type before `dia`.

    None where there are fewer than three such days.
    """
    table = db.diario
    mine = (table.c.serventia_id == office.serventia_id, table.c.tipo == tipo, table.c.dia < dia)
    with office.db.read() as conn:
        codes = conn.execute(sa.select(table.c.codigo).where(*mine).order_by(table.c.dia.desc()).limit(10)).scalars()
        newest = [mais_novo(conn, office, code) for code in codes.all()]
        seals = db.selo
        query = sa.select(seals.c.emolumentos).where(
            seals.c.serventia_id == office.serventia_id, seals.c.codigo.in_(newest), seals.c.ato != EXCLUSAO
        )
        totals = [sum(fees.values()) - fees["iss"] for fees in conn.execute(query).scalars()]
    return int(median(totals)) if len(totals) >= 3 else None


def _ato(office: Office, tipo: Tipo) -> TipoDeAto:
    setting = f"diarios.{tipo}"
    ato = confirmado(office, getattr(office.settings.diarios, tipo), setting, hibrido=False)
    if tipo == "fotocopia" and not ato.iss_a_parte:
        raise entrada_invalida(setting, f"o ato {ato.codigo} não tem iss_a_parte em atos.toml (D1)")
    return ato


def _emolumentos(office: Office, pedido: Diario, antes: Mapping[Any, Any] | None) -> Emolumentos:
    """Return the components: those of the VALUE, with which total and ISS agree where they are given too.

    Of a bare total without an ISS the day's seal so far (`antes`) keeps its own: what nobody said is not changed.
    """
    if pedido.cobrado is None:
        zeros = dict.fromkeys(COMPONENTES, ZERO)
        kept = ZERO if antes is None else de_centavos(antes["emolumentos"]["iss"])
        iss = kept if pedido.iss is None else pedido.iss
        return Emolumentos(**zeros | {"tabeliao": pedido.total or ZERO, "iss": iss})
    emolumentos = valor(office, pedido, 1)[0]
    total = emolumentos.total_do_selo(True)
    for name, given, is_ in (("total", pedido.total, total), ("iss", pedido.iss, emolumentos.iss)):
        if given is not None and given != is_:
            raise entrada_invalida(name, f"difere do valor dado, em que é {formatar_reais(is_)}")
    if total == ZERO:
        raise entrada_invalida(str(pedido.cobrado), "o total do dia, sem o ISS, não pode ser zero")
    return emolumentos


def _primeiro(
    conn: Connection,
    office: Office,
    pedido: Diario,
    ato: TipoDeAto,
    emolumentos: Emolumentos,
    quem: Autor,
    agora: datetime,
) -> tuple[str, list[Registro]]:
    novo = SeloNovo(
        natureza=1,
        ato=ato.codigo,
        descricao=ato.descricao,
        identificador=f"{pedido.tipo}-{pedido.data.isoformat()}",
        partes=(),
        momento=_momento(pedido, agora),
        emolumentos=emolumentos,
        iss_a_parte=ato.iss_a_parte,
    )
    place = sealing.Lugar(None, None, None, origem="diario")
    emitidos, log = sealing.selar(conn, office, [SeloPlanejado(novo)], place, quem, agora)
    anotar_motivo_da_data(log, pedido.motivo)
    return emitidos[0].codigo, log


def _momento(pedido: Diario, agora: datetime) -> datetime:
    """Return the moment of the day's first seal (S7); a day gone by needs its `motivo`, which stands for the date's."""
    if pedido.data < local_date(agora) and pedido.motivo is None:
        recusar_data_vazia(pedido.data, None, campo="data")
        text = f"o dia {pedido.data:%d/%m/%Y} já passou: diga o motivo de o selo ser feito só agora"
        raise Recusa("data-do-ato", f"motivo: {text}.", errors=[Campo("motivo", text)])
    return momento_do_ato(pedido.data, pedido.motivo, agora, campo="diario")


def _novo_total(
    conn: Connection,
    office: Office,
    pedido: Diario,
    row: Mapping[Any, Any],
    ato: TipoDeAto,
    emolumentos: Emolumentos,
    quem: Autor,
    agora: datetime,
) -> tuple[str, list[Registro]]:
    if emolumentos == Emolumentos.from_centavos(row["emolumentos"]):
        return row["codigo"], []
    before = Emolumentos.from_centavos(row["emolumentos"]).total_do_selo(True)
    if emolumentos.total_do_selo(True) < before and pedido.motivo is None:
        raise entrada_invalida(
            "motivo", f"o total do dia já era {formatar_reais(before)}: para diminuí-lo, diga o motivo"
        )
    novo = como_novo(row, emolumentos=emolumentos, iss_a_parte=ato.iss_a_parte, isento=False, motivo_isencao=None)
    emitidos, log = sealing.retificar(conn, office, [(row, novo)], pedido.motivo or "novo total do dia", quem, agora)
    return emitidos[0].codigo, log
