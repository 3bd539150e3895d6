"""Helpers of the acts on seals: author, requested value, a seal's row, and the term of X4."""

from dataclasses import replace
from datetime import date, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local, local_date, rfc3339
from printserver.documents import Value, add_up_services
from printserver.errors import Recusa, invalid_input
from printserver.ledger import Seal, seals
from printserver.office import Act, Author, Office, acting_author, people
from printserver.selo import AtoType, Emolumentos, NewSelo, parse_matricula

_NOTAS: Final = 1
BUSY: Final = "O mesmo selo muda a cada tentativa: mande de novo."


def act_as(act: Act, escrevente: str) -> Author:
    """Set the person `escrevente` as the act's author and return it (A2). Raises `Recusa` `escrevente-desconhecido`.

    The rights remain those of the caller's key.
    """
    act.who = acting_author(act.conn, act.office, act.author, escrevente, "selos")
    return act.who


def resolve_value(
    office: Office, request: Value, natureza: int, day: date, field: str = ""
) -> tuple[Emolumentos, bool, str | None]:
    """Return the requested VALUE: its components, whether it is isento, and why (S9); services cost as on `day` (C5).

    Raises `Recusa` `entrada-invalida`, `servico-a-confirmar`.
    """
    if request.emolumentos is not None:
        return request.emolumentos.emolumentos, False, None
    total_fee = add_up_services(
        request, office.servicos, day=day, demonstracao=office.demonstracao, natureza=natureza, field=field
    )
    return (Emolumentos.zero(), True, request.motivo_isencao) if total_fee is None else (total_fee, False, None)


def price_day(natureza: int, act_day: date, now: datetime) -> date:
    """Return the day whose prices count: today's, and of an act of Registro Civil never one after it (C5)."""
    today = local_date(now)
    return today if natureza == _NOTAS else min(act_day, today)


def confirmed_ato(office: Office, ato: str, field: str, *, hibrido: bool) -> AtoType:
    """Return the ato of an irreversible seal: a paper seal's number (R3), a day's only seal (D1, D2).

    Only a demonstration office may use an ato still to be confirmed (S9). Raises `Recusa`
    `servico-a-confirmar`, and as `AtoTable.check`.
    """
    kind = office.atos.check(ato, natureza=1, field=field, hibrido=hibrido)
    if kind.a_confirmar and not office.settings.serventia.demonstracao:
        raise kind.refusal(field)
    return kind


def office_selo(conn: Connection, office: Office, codigo: str, field: str | None = None) -> Seal:
    """Return a seal of this office, locked until the transaction's end (SQLite has one writer).

    Raises `Recusa` `nao-encontrado`, or `entrada-invalida` for `field` if given.
    """
    table = db.selo
    mine = (table.c.serventia_id == office.serventia_id, table.c.codigo == codigo.upper())
    row = conn.execute(sa.select(table).where(*mine, ~table.c.externo).with_for_update()).mappings().one_or_none()
    if row is None:
        text = f"Não há selo com o código {codigo!r} nesta serventia."
        raise invalid_input(field, text) if field else Recusa("nao-encontrado", text)
    return Seal.from_row(row)


def newest_code(conn: Connection, office: Office, codigo: str) -> str:
    """Return the newest code of a seal's chain, including an XA (R1)."""
    table = db.selo
    after: str | None = codigo
    while after is not None:
        codigo = after
        query = sa.select(table.c.retificado_por).where(
            table.c.serventia_id == office.serventia_id, table.c.codigo == codigo
        )
        after = conn.execute(query).scalar_one()
    return codigo


def require_live(seal: Seal) -> None:
    """Raise unless the seal is the newest of its chain and not excluded (S11): `ja-excluido`, `selo-ja-retificado`."""
    if seal.ato == "XA":
        raise Recusa("estado-nao-permite", f"O selo {seal.codigo} é uma exclusão (XA): não se retifica nem se exclui.")
    if seal.vivo:
        return
    by = seal.retificado_por
    if by is not None and by[7:9] == "XA":
        raise Recusa("ja-excluido", f"O selo {seal.codigo} já foi excluído, por {by}.", extra={"xa": by})
    raise Recusa(
        "selo-ja-retificado",
        f"O selo {seal.codigo} já foi retificado, por {by}: use o mais novo da cadeia.",
        extra={"retificado_por": by},
    )


def require_within_term(seal: Seal, until: datetime, now: datetime, papel: str | None, late: bool, ato: str) -> None:
    """Raise `prazo-xa-encerrado` past `until`, the term of X4, unless the head of the office overrides it (`late`).

    `ato` names the requested act in Portuguese, as the subject of a sentence: "a exclusão".
    """
    if late:
        people.require_head(papel, f"{ato} fora do prazo")
    if now <= until or late:
        return
    raise Recusa(
        "prazo-xa-encerrado",
        f"O prazo para {ato} do selo {seal.codigo} terminou em {local(until):%d/%m/%Y às %Hh%M}. O tabelião ou o "
        "substituto pode pedi-la fora do prazo; quem decide é o Tribunal. Se só o valor está errado, retifique o selo; "
        "se o papel já saiu, faça a substituição.",
        extra={"xa_ate": rfc3339(until)},
    )


def note_date_reason(act: Act, reason: str | None) -> None:
    """Add the reason for a past date (S7), if any, to the log entries so far."""
    if reason is not None:
        act.entries = [replace(each, detalhe={**each.detalhe, "motivo_data": reason}) for each in act.entries]


def as_new(seal: Seal, **changed: object) -> NewSelo:
    """Return a retificador of `seal`, equal except for the fields of `NewSelo` in `changed`."""
    same = NewSelo(
        natureza=seal.natureza,
        ato=seal.ato,
        descricao=seal.descricao,
        identificador=seal.identificador,
        partes=seal.parties,
        momento=seal.momento,
        emolumentos=seal.fees,
        isento=seal.isento,
        motivo_isencao=seal.motivo_isencao,
        retifica=seal.codigo,
        iss_a_parte=seal.iss_a_parte,
    )
    return replace(same, **changed)  # type: ignore[arg-type]


def placement(origin: str, identifier: str) -> seals.Place:
    """Return the place of a seal without a print: that of its matrícula if the identifier is one (T5, C10)."""
    try:
        parsed = parse_matricula(identifier)
    except ValueError:
        return seals.Place(None, None, None, origem=origin)
    livro, folha, termo = (part.lstrip("0") or "0" for part in (parsed.livro, parsed.folha, parsed.termo))
    return seals.Place(None, None, None, livro, folha, termo, str(parsed), origin)
