"""`printserver filas`: the print queues of the office. Every change is shown, with its reason."""

import hashlib
import re
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import sqlalchemy as sa

from printserver import db
from printserver.cli.base import (
    instance_option,
    office,
    queue_name,
    record,
)
from printserver.cli.cups_access import (
    confirm_certificate,
    parse_fingerprint,
    plain_faults,
    server_access,
    server_options,
)
from printserver.cli.cups_setup import prepare_queue, prepare_server
from printserver.clock import local, rfc3339
from printserver.common.data import Columns
from printserver.errors import ConfigError
from printserver.printing import (
    CupsQueue,
    CupsServer,
    FolderQueue,
    Handoff,
    Proof,
    Server,
    State,
    diagnose_job,
    diagnose_queue,
    keep_password,
    prove,
    readable,
)

Command = TypeVar("Command", bound=Callable[..., Any])

_CUPS_NAME: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,126}", re.ASCII)
_SIZE: Final = re.compile(r"(\d+(?:[.,]\d)?)x(\d+(?:[.,]\d)?)", re.ASCII)
_MAX_OFFSET_MM: Final = 50.0


@click.group("filas", invoke_without_command=True)
@click.pass_context
def all_queues(context: click.Context) -> None:
    """As filas de impressão: as do CUPS e as da serventia."""
    if context.invoked_subcommand is None:
        context.invoke(list_all, folder=Path("instance"), servidor=None, usuario=None, tls=False, certificado=None)


@all_queues.command("listar")
@instance_option
@server_options
def list_all(folder: Path, cups_server: str | None, usuario: str | None, tls: bool, certificate: str | None) -> None:
    """Mostra as filas que o CUPS tem, como estão, e que filas da serventia as usam."""
    server = CupsServer(server_access(folder, cups_server, usuario, certificate, tls=tls))
    ours: dict[str, list[str]] = {}
    if folder.is_dir():
        with office(folder, writing=False) as (conn, serventia_id, _now):
            here = (db.fila.c.serventia_id == serventia_id, db.fila.c.tipo == "cups")
            for row in conn.execute(sa.select(db.fila).where(*here)).mappings():
                if row["servidor"] == cups_server:
                    ours.setdefault(row["destino"], []).append(row["nome"])
    with plain_faults():
        found = server.queues()
    if not found:
        click.echo("O CUPS não tem nenhuma fila.")
    for each in found:
        status = diagnose_queue(each["estado"], each["motivos"], each["mensagem"])
        used = f"fila {', '.join(ours[each['nome']])} da serventia" if each["nome"] in ours else "não usada"
        click.echo(f"{each['nome']}: {status.situacao} ({used})")
        click.echo(f"  {each['modelo'] or 'fila crua'}, em {each['uri']}; política de erro {each['politica']}")
        if status.o_que_fazer:
            click.echo(f"  {status.o_que_fazer}")


@all_queues.command("adicionar")
@click.argument("nome")
@instance_option
@server_options
@click.option("--uri", help="Endereço da impressora IPP (ipp://… ou ipps://…): cria no CUPS uma fila sem driver.")
@click.option("--cups", "queue", help="Fila que o CUPS já tem.")
@click.option("--padrao", "default", is_flag=True, help="É a fila de quem não diz outra.")
@click.option("--mudar-servidor", is_flag=True, help="Muda a configuração do servidor CUPS onde ela não serve.")
def add(
    nome: str,
    folder: Path,
    cups_server: str | None,
    usuario: str | None,
    tls: bool,
    certificate: str | None,
    uri: str | None,
    queue: str | None,
    default: bool,
    mudar_servidor: bool,
) -> None:
    """Acrescenta uma fila do CUPS à serventia e a prepara para papel selado; mostra tudo o que muda, e por quê."""
    if (uri is None) == (queue is None):
        raise ConfigError("diga --uri IMPRESSORA ou --cups FILA, um dos dois")
    if uri is not None and not uri.startswith(("ipp://", "ipps://")):
        raise ConfigError(f"--uri {uri}: comece por ipp:// ou ipps://")
    nome = queue_name(nome)
    if uri is not None and not _CUPS_NAME.fullmatch(nome):
        raise ConfigError(f"o nome {nome!r} não serve para uma fila do CUPS: use letras, algarismos, ponto, _ e -")
    with office(folder, writing=False) as (conn, serventia_id, _now):
        if _find_queue(conn, serventia_id, nome) is not None:
            raise ConfigError(f"já existe uma fila {nome!r}")
    access = server_access(folder, cups_server, usuario, certificate, tls=tls, nova_senha=True)
    server, name = CupsServer(access), queue or nome
    with plain_faults():
        changes = prepare_server(server, mudar_servidor=mudar_servidor)
        changes += prepare_queue(server, name, uri)
    if usuario and access.password is not None:
        keep_password(folder, cups_server, usuario, access.password)
    with office(folder) as (conn, serventia_id, now):
        if default:
            conn.execute(sa.update(db.fila).where(db.fila.c.serventia_id == serventia_id).values(padrao=False))
        row: Columns = {
            "nome": nome,
            "tipo": "cups",
            "destino": name,
            "servidor": cups_server,
            "usuario": usuario,
        }
        row |= {"tls": tls, "certificado": access.certificado}
        conn.execute(sa.insert(db.fila).values(serventia_id=serventia_id, padrao=default, criada_em=now, **row))
        what = row | {"padrao": default, "mudancas": [str(change) for change in changes]}
        record(conn, serventia_id, now, "fila", nome, what)
    click.echo(f"Fila {nome} acrescentada. Imprima a página de teste: printserver filas teste {nome}")


@all_queues.command("teste")
@click.argument("nome")
@instance_option
@click.option("--bandeja", help="Bandeja da impressora (sem ela: a da fila).")
@click.option("--papel", default="210x297", show_default=True, help="Largura e altura do papel, em mm.")
@click.option("--frente-verso", is_flag=True, help="Imprime a página nos dois lados da folha.")
@click.option("--espera", type=click.IntRange(1, 600), default=90, show_default=True, help="Segundos até desistir.")
def print_test_page(nome: str, folder: Path, bandeja: str | None, papel: str, frente_verso: bool, espera: int) -> None:
    """Imprime a página de teste da fila e aprende o que a fila pode provar."""
    from printserver.delivery import offset_of
    from printserver.rendering import QueueTestPage, draw, shift

    width, height = _size(papel)
    with office(folder, writing=False) as (conn, serventia_id, now):
        row = require_queue(conn, serventia_id, nome)
    offset = offset_of(row["deslocamentos"], bandeja) or (0.0, 0.0)
    moment = f"{local(now):%d/%m/%Y às %H:%M}"
    page = draw(QueueTestPage(nome, bandeja, width, height, offset, moment, frente_verso))
    with tempfile.TemporaryDirectory() as temporary:
        pdf = Path(temporary) / "teste.pdf"
        content = shift(page, *offset) if offset != (0.0, 0.0) else page
        pdf.write_bytes(content)
        faces = "frente-verso" if frente_verso else "frente"
        job_id = f"teste-{now:%Y%m%d%H%M%S%f}"
        digest = hashlib.sha256(content).hexdigest()
        errand = Handoff(job_id, pdf, "Página de teste", 1, faces, bandeja, width, height, digest)
        with plain_faults():
            if row["tipo"] == "pasta":
                written = FolderQueue(nome, Path(row["destino"])).hand_off(errand)
                click.echo(f"Página de teste gravada em {written}.")
                return
            queue = CupsQueue(nome, row["destino"], _queue_server(folder, row))
            proof = prove(queue, errand, 2 if frente_verso else 1, float(espera), _report_state)
    _learn(folder, nome, proof, now)


@all_queues.command("deslocar")
@click.argument("nome")
@instance_option
@click.option("--bandeja", default="", help="Bandeja da impressora (sem ela: todas as que não têm o seu).")
@click.option("--x", type=float, required=True, help="Milímetros para a direita (negativo: para a esquerda).")
@click.option("--y", type=float, required=True, help="Milímetros para baixo (negativo: para cima).")
def offset_queue(nome: str, folder: Path, bandeja: str, x: float, y: float) -> None:
    """Diz quanto se desloca o que é impresso por uma fila e bandeja, como a página de teste mostrou (P7)."""
    if not all(abs(value) <= _MAX_OFFSET_MM for value in (x, y)):  # also of a NaN
        raise ConfigError(f"o deslocamento vai até {_MAX_OFFSET_MM:g} mm")
    with office(folder) as (conn, serventia_id, now):
        row = require_queue(conn, serventia_id, nome)
        if row["tipo"] == "pasta":
            raise ConfigError(f"a fila {nome!r} é uma pasta: nela nada se desloca")
        known = dict(row["deslocamentos"] or {})
        before, known[bandeja] = known.get(bandeja, [0.0, 0.0]), [round(x, 2), round(y, 2)]
        conn.execute(sa.update(db.fila).where(db.fila.c.id == row["id"]).values(deslocamentos=known))
        what = {"bandeja": bandeja, "antes": before, "depois": known[bandeja]}
        record(conn, serventia_id, now, "fila", nome, what, "deslocada")
    where = f", bandeja {bandeja}" if bandeja else ""
    click.echo(f"Fila {nome}{where}: {_mm(before)} → {_mm(known[bandeja])} mm. Vale para o que for entregue agora.")


@all_queues.command("reserva")
@click.argument("nome")
@click.argument("reserva", required=False)
@instance_option
def set_fallback(nome: str, reserva: str | None, folder: Path) -> None:
    """Diz que fila substitui NOME quando ela para; só uma pessoa muda a impressão de fila. Sem RESERVA: nenhuma."""
    with office(folder) as (conn, serventia_id, now):
        row = require_queue(conn, serventia_id, nome)
        if reserva is not None and require_queue(conn, serventia_id, reserva)["id"] == row["id"]:
            raise ConfigError("uma fila não é a reserva de si mesma")
        conn.execute(sa.update(db.fila).where(db.fila.c.id == row["id"]).values(reserva=reserva))
        record(conn, serventia_id, now, "fila", nome, {"antes": row["reserva"], "depois": reserva}, "reserva")
    click.echo(f"Reserva da fila {nome}: {row['reserva'] or 'nenhuma'} → {reserva or 'nenhuma'}.")


@all_queues.command("estacao")
@click.argument("api_key", metavar="CHAVE")
@click.argument("queue", metavar="[FILA]", required=False)
@instance_option
def set_station_queue(api_key: str, queue: str | None, folder: Path) -> None:
    """Diz em que fila imprime a estação ou o programa de uma CHAVE, se o pedido não diz outra. Sem FILA: nenhuma."""
    table = db.chave_api
    with office(folder) as (conn, serventia_id, now):
        mine = (table.c.serventia_id == serventia_id, table.c.nome == api_key)
        row = conn.execute(sa.select(table).where(*mine)).mappings().one_or_none()
        if row is None:
            raise ConfigError(f"não há chave {api_key!r}")
        if queue is not None:
            require_queue(conn, serventia_id, queue)
        conn.execute(sa.update(table).where(*mine).values(fila=queue))
        record(conn, serventia_id, now, "chave", api_key, {"antes": row["fila"], "depois": queue}, "fila")
    click.echo(f"Fila da chave {api_key}: {row['fila'] or 'nenhuma'} → {queue or 'nenhuma'}.")


@all_queues.command("certificado")
@click.argument("nome")
@instance_option
@click.option("--certificado", "certificate", help="SHA-256 do certificado do servidor, para não ter de confirmá-lo.")
def accept_certificate(nome: str, certificate: str | None, folder: Path) -> None:
    """Aceita o certificado que o servidor CUPS da fila mostra agora, para ela e as outras filas do mesmo servidor."""
    table = db.fila
    with office(folder, writing=False) as (conn, serventia_id, _now):
        row = require_queue(conn, serventia_id, nome)
    if not row["tls"]:
        raise ConfigError(f"a fila {nome!r} não fala por TLS")
    if row["certificado"]:
        click.echo(f"O certificado guardado tem o SHA-256\n  {readable(row['certificado'])}")
    shown = parse_fingerprint(certificate) if certificate else confirm_certificate(row["servidor"])
    with office(folder) as (conn, serventia_id, now):
        same = (table.c.serventia_id == serventia_id, table.c.servidor == row["servidor"], table.c.tls)
        conn.execute(sa.update(table).where(*same).values(certificado=shown))
        what = {"servidor": row["servidor"], "antes": row["certificado"], "depois": shown}
        record(conn, serventia_id, now, "fila", nome, what, "certificado")
    click.echo(f"Certificado de {row['servidor']} guardado.")


def _queue_server(folder: Path, row: sa.RowMapping) -> Server:
    from printserver.delivery import cups_server
    from printserver.ledger import Queue

    return cups_server(folder, Queue.from_row(row))


# -- the test page ----------------------------------------------------------------------------------------------------


def _report_state(state: State) -> None:
    found = diagnose_job(state.estado, state.motivos, state.mensagem)
    click.echo(f"  {state.estado}" + (f": {found.situacao}. {found.o_que_fazer}" if found else ""))


def _learn(folder: Path, nome: str, proof: Proof, now: datetime) -> None:
    """Store and show the results of the test page. Raises ConfigError if it did not finish."""
    if not proof.is_done:
        raise ConfigError(
            f"a página de teste não foi concluída ({proof.estado or 'a fila não a conhece mais'}): nada se aprendeu. "
            "Veja a impressora e repita"
        )
    evidence = {
        "conta_folhas": proof.counts_sheets,
        "guarda_arquivos": proof.keeps_files,
        "quando": rfc3339(now),
    }
    with office(folder) as (conn, serventia_id, _now):
        row = require_queue(conn, serventia_id, nome)
        conn.execute(sa.update(db.fila).where(db.fila.c.id == row["id"]).values(prova=evidence))
        record(conn, serventia_id, now, "fila", nome, {"antes": row["prova"], "depois": evidence}, "provada")
    if proof.counts_sheets:
        click.echo("A fila conta as folhas: um trabalho inteiro termina como impresso.")
    else:
        click.echo("A fila não conta as folhas: um trabalho inteiro termina como entregue. Confira o papel.")
    if proof.keeps_files:
        click.echo("ATENÇÃO: o CUPS guarda os arquivos impressos. Ponha PreserveJobFiles No em cupsd.conf.")
    else:
        click.echo("O CUPS não guarda o que imprimiu: ninguém reimprime pelo histórico dele.")


def _size(papel: str) -> tuple[float, float]:
    found = _SIZE.fullmatch(papel)
    if found is None:
        raise ConfigError(f"--papel {papel}: escreva largura e altura em mm, como 216x305")
    width, height = (float(part.replace(",", ".")) for part in found.groups())
    if not (100 <= width <= 450 and 140 <= height <= 450):
        raise ConfigError(f"--papel {papel}: de 100x140 a 450x450 mm")
    return width, height


# -- rows -------------------------------------------------------------------------------------------------------------


def _find_queue(conn: sa.Connection, serventia_id: int, nome: str) -> sa.RowMapping | None:
    here = (db.fila.c.serventia_id == serventia_id, db.fila.c.nome == nome)
    return conn.execute(sa.select(db.fila).where(*here)).mappings().one_or_none()


def require_queue(conn: sa.Connection, serventia_id: int, nome: str) -> sa.RowMapping:
    """Return the row of the office's queue `nome`. Raises ConfigError if there is none."""
    found = _find_queue(conn, serventia_id, nome)
    if found is None:
        names = conn.execute(sa.select(db.fila.c.nome).where(db.fila.c.serventia_id == serventia_id)).scalars()
        raise ConfigError(f"não há fila {nome!r}. As filas são: {', '.join(sorted(names))}")
    return found


def _mm(offset: list[float]) -> str:
    return " × ".join(f"{value:g}".replace(".", ",") for value in offset)
