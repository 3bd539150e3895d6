"""What the acts on seals share: who acts, the value asked for, a seal's row, and the term of X4."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local, rfc3339
from printserver.documents import Value, add_up_services
from printserver.errors import BadField, Recusa, invalid_input
from printserver.ledger import seals
from printserver.office import Author, LogEntry, Office, acting_person, people
from printserver.selo import AtoType, Emolumentos, NewSelo, parse_matricula, parse_registro


def acting_author(conn: Connection, office: Office, author: Author, escrevente: str) -> Author:
    """Return who acts (A2). Raises `Recusa` `escrevente-desconhecido`."""
    return people.on_behalf_of(author, acting_person(conn, office, escrevente))


def resolve_value(
    office: Office, request: Value, natureza: int, field: str = ""
) -> tuple[Emolumentos, bool, str | None]:
    """Return the VALUE asked for: its components, whether it is isento, and why (S9).

    Raises `Recusa` `entrada-invalida`, `servico-a-confirmar`.
    """
    if request.emolumentos is not None:
        return request.emolumentos.emolumentos, False, None
    demonstracao = office.settings.serventia.demonstracao
    total_fee = add_up_services(request, office.servicos, demonstracao=demonstracao, natureza=natureza, field=field)
    return (Emolumentos.zero(), True, request.motivo_isencao) if total_fee is None else (total_fee, False, None)


def confirmed_ato(office: Office, ato: str, field: str, *, hibrido: bool) -> AtoType:
    """Return the ato of a seal that cannot be taken back: a paper seal's number (R3), a day's only seal (D1, D2).

    So what is still to be confirmed is sealed by a demonstration office alone (S9). Raises `Recusa`
    `servico-a-confirmar`, and as `AtoTable.check`.
    """
    kind = office.atos.check(ato, natureza=1, field=field, hibrido=hibrido)
    if kind.a_confirmar and not office.settings.serventia.demonstracao:
        text = (
            f"o código de ato {ato} ({kind.descricao}) ainda está a confirmar: confira-o com a tabela em vigor do "
            "tribunal e escreva-o em atos.toml da serventia, sem a_confirmar"
        )
        raise Recusa("servico-a-confirmar", f"{field}: {text}.", errors=[BadField(field, text)])
    return kind


def office_selo(conn: Connection, office: Office, codigo: str, field: str | None = None) -> Mapping[Any, Any]:
    """Return the row of a seal of this office, locked until the transaction's end (SQLite has one writer).

    Raises `Recusa` `nao-encontrado`, or `entrada-invalida` where `campo` names it.
    """
    table = db.selo
    mine = (table.c.serventia_id == office.serventia_id, table.c.codigo == codigo.upper())
    row = conn.execute(sa.select(table).where(*mine, ~table.c.externo).with_for_update()).mappings().one_or_none()
    if row is None:
        text = f"Não há selo com o código {codigo!r} nesta serventia."
        raise invalid_input(field, text) if field else Recusa("nao-encontrado", text)
    return row


def newest_code(conn: Connection, office: Office, codigo: str) -> str:
    """Return the newest of a seal's chain, an XA included (R1)."""
    table = db.selo
    after: str | None = codigo
    while after is not None:
        codigo = after
        query = sa.select(table.c.retificado_por).where(
            table.c.serventia_id == office.serventia_id, table.c.codigo == codigo
        )
        after = conn.execute(query).scalar_one()
    return codigo


def require_live(row: Mapping[Any, Any]) -> None:
    """Raise unless the seal is the newest of its chain and not excluded (S11): `ja-excluido`, `selo-ja-retificado`."""
    if row["ato"] == "XA":
        raise Recusa(
            "estado-nao-permite", f"O selo {row['codigo']} é uma exclusão (XA): não se retifica nem se exclui."
        )
    if row["vivo"]:
        return
    by = row["retificado_por"]
    if by is not None and by[7:9] == "XA":
        raise Recusa("ja-excluido", f"O selo {row['codigo']} já foi excluído, por {by}.", extra={"xa": by})
    raise Recusa(
        "selo-ja-retificado",
        f"O selo {row['codigo']} já foi retificado, por {by}: use o mais novo da cadeia.",
        extra={"retificado_por": by},
    )


def require_within_term(
    row: Mapping[Any, Any], until: datetime, now: datetime, papel: str | None, late: bool, ato: str
) -> None:
    """Raise `prazo-xa-encerrado` past `until`, the term of X4, unless the head of the office says to go on (`late`).

    `ato` says in Portuguese what was asked for, as the subject of a sentence: "a exclusão".
    """
    if late:
        people.require_head(papel, f"{ato} fora do prazo")
    if now <= until or late:
        return
    raise Recusa(
        "prazo-xa-encerrado",
        f"O prazo para {ato} do selo {row['codigo']} terminou em {local(until):%d/%m/%Y às %Hh%M}. O tabelião ou o "
        "substituto pode pedi-la fora do prazo; quem decide é o Tribunal. Se só o valor está errado, retifique o selo; "
        "se o papel já saiu, faça a substituição.",
        extra={"xa_ate": rfc3339(until)},
    )


def parties(row: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return stand-ins for the parties of a seal, of the same initials (A3)."""
    iss_apart = row["total_centavos"] != sum(row["emolumentos"].values())
    party_initials = parse_registro(row["registro"], iss_a_parte=iss_apart).party_initials
    return tuple(" ".join(f"{letter}x" for letter in each.split(".")) for each in party_initials.split(";") if each)


def note_date_reason(log: list[LogEntry], reason: str | None) -> None:
    """Put on record why seals are of a day gone by (S7): what the log says of each gets the reason, if there is one."""
    if reason is not None:
        log[:] = [replace(each, detalhe={**each.detalhe, "motivo_data": reason}) for each in log]


def as_new(row: Mapping[Any, Any], **changed: Any) -> NewSelo:
    """Return a retificador of the seal in `row`, the same but for what `changed` says."""
    fields: dict[str, Any] = {
        "natureza": row["natureza"],
        "ato": row["ato"],
        "descricao": row["descricao"],
        "identificador": row["identificador"],
        "partes": parties(row),
        "momento": row["momento"],
        "emolumentos": Emolumentos.from_centavos(row["emolumentos"]),
        "isento": row["isento"],
        "motivo_isencao": row["motivo_isencao"],
        "retifica": row["codigo"],
        "iss_a_parte": row["total_centavos"] != sum(row["emolumentos"].values()),
    }
    return NewSelo(**fields | changed)


def placement(origin: str, identifier: str) -> seals.Place:
    """Return the place of a seal without a print: that of its matrícula where the identifier is one (T5, C10)."""
    try:
        parsed = parse_matricula(identifier)
    except ValueError:
        return seals.Place(None, None, None, origem=origin)
    livro, folha, termo = (part.lstrip("0") or "0" for part in (parsed.livro, parsed.folha, parsed.termo))
    return seals.Place(None, None, None, livro, folha, termo, str(parsed), origin)
