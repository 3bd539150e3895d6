"""What the acts on seals share: who acts, the value asked for, a seal's row, and the term of X4."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local, rfc3339
from printserver.documents.fees import somar_servicos
from printserver.documents.model import Valor
from printserver.errors import Campo, Recusa, entrada_invalida
from printserver.ledger import seals
from printserver.office import people
from printserver.office.audit import Registro
from printserver.office.office import Office, quem_age
from printserver.office.people import Autor
from printserver.selo import Emolumentos, SeloNovo, TipoDeAto, ler_matricula, ler_registro


def agir(conn: Connection, office: Office, autor: Autor, escrevente: str) -> Autor:
    """Return who acts (A2). Raises `Recusa` `escrevente-desconhecido`."""
    return people.em_nome_de(autor, quem_age(conn, office, escrevente))


def valor(office: Office, pedido: Valor, natureza: int, campo: str = "") -> tuple[Emolumentos, bool, str | None]:
    """Return the VALUE asked for: its components, whether it is isento, and why (S9).

    Raises `Recusa` `entrada-invalida`, `servico-a-confirmar`.
    """
    if pedido.emolumentos is not None:
        return pedido.emolumentos.emolumentos, False, None
    demonstracao = office.settings.serventia.demonstracao
    soma = somar_servicos(pedido, office.servicos, demonstracao=demonstracao, natureza=natureza, campo=campo)
    return (Emolumentos.zero(), True, pedido.motivo_isencao) if soma is None else (soma, False, None)


def confirmado(office: Office, ato: str, campo: str, *, hibrido: bool) -> TipoDeAto:
    """Return the ato of a seal that cannot be taken back: a paper seal's number (R3), a day's only seal (D1, D2).

    So what is still to be confirmed is sealed by a demonstration office alone (S9). Raises `Recusa`
    `servico-a-confirmar`, and as `TabelaDeAtos.conferir`.
    """
    tipo = office.atos.conferir(ato, natureza=1, campo=campo, hibrido=hibrido)
    if tipo.a_confirmar and not office.settings.serventia.demonstracao:
        text = (
            f"o código de ato {ato} ({tipo.descricao}) ainda está a confirmar: confira-o com a tabela em vigor do "
            "tribunal e escreva-o em atos.toml da serventia, sem a_confirmar"
        )
        raise Recusa("servico-a-confirmar", f"{campo}: {text}.", errors=[Campo(campo, text)])
    return tipo


def selo_da_casa(conn: Connection, office: Office, codigo: str, campo: str | None = None) -> Mapping[Any, Any]:
    """Return the row of a seal of this office, locked until the transaction's end (SQLite has one writer).

    Raises `Recusa` `nao-encontrado`, or `entrada-invalida` where `campo` names it.
    """
    table = db.selo
    mine = (table.c.serventia_id == office.serventia_id, table.c.codigo == codigo.upper())
    row = conn.execute(sa.select(table).where(*mine, ~table.c.externo).with_for_update()).mappings().one_or_none()
    if row is None:
        text = f"Não há selo com o código {codigo!r} nesta serventia."
        raise entrada_invalida(campo, text) if campo else Recusa("nao-encontrado", text)
    return row


def mais_novo(conn: Connection, office: Office, codigo: str) -> str:
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


def vivo(row: Mapping[Any, Any]) -> None:
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


def no_prazo(row: Mapping[Any, Any], horas: int, agora: datetime, papel: str | None, fora: bool, ato: str) -> None:
    """Raise `prazo-xa-encerrado` past the term of X4, unless the head of the office says to go on (`fora`).

    `ato` says in Portuguese what was asked for, as the subject of a sentence: "a exclusão".
    """
    ate = row["momento"] + timedelta(hours=horas)
    if fora:
        people.exigir_chefia(papel, f"{ato} fora do prazo")
    if agora <= ate or fora:
        return
    raise Recusa(
        "prazo-xa-encerrado",
        f"O prazo para {ato} do selo {row['codigo']} terminou em {local(ate):%d/%m/%Y às %Hh%M}. O tabelião ou o "
        "substituto pode pedi-la fora do prazo; quem decide é o Tribunal. Se só o valor está errado, retifique o selo; "
        "se o papel já saiu, faça a substituição.",
        extra={"xa_ate": rfc3339(ate)},
    )


def partes(row: Mapping[Any, Any]) -> tuple[str, ...]:
    """Return stand-ins for the parties of a seal, of the same initials (A3)."""
    tipo_iss = row["total_centavos"] != sum(row["emolumentos"].values())
    iniciais = ler_registro(row["registro"], iss_a_parte=tipo_iss).iniciais
    return tuple(" ".join(f"{letter}x" for letter in each.split(".")) for each in iniciais.split(";") if each)


def anotar_motivo_da_data(log: list[Registro], motivo: str | None) -> None:
    """Put on record why seals are of a day gone by (S7): what the log says of each gets the reason, if there is one."""
    if motivo is not None:
        log[:] = [replace(each, detalhe={**each.detalhe, "motivo_data": motivo}) for each in log]


def como_novo(row: Mapping[Any, Any], **mudado: Any) -> SeloNovo:
    """Return a retificador of the seal in `row`, the same but for what `mudado` says."""
    fields: dict[str, Any] = {
        "natureza": row["natureza"],
        "ato": row["ato"],
        "descricao": row["descricao"],
        "identificador": row["identificador"],
        "partes": partes(row),
        "momento": row["momento"],
        "emolumentos": Emolumentos.from_centavos(row["emolumentos"]),
        "isento": row["isento"],
        "motivo_isencao": row["motivo_isencao"],
        "retifica": row["codigo"],
        "iss_a_parte": row["total_centavos"] != sum(row["emolumentos"].values()),
    }
    return SeloNovo(**fields | mudado)


def lugar(origem: str, identificador: str) -> seals.Lugar:
    """Return the place of a seal without a print: that of its matrícula where the identifier is one (T5, C10)."""
    try:
        lida = ler_matricula(identificador)
    except ValueError:
        return seals.Lugar(None, None, None, origem=origem)
    livro, folha, termo = (part.lstrip("0") or "0" for part in (lida.livro, lida.folha, lida.termo))
    return seals.Lugar(None, None, None, livro, folha, termo, str(lida), origem)
