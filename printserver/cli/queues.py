"""`printserver filas` and `fila`: the print queues of the office. Every change is shown, with its reason."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import sqlalchemy as sa

from printserver import db
from printserver.cli.base import PATH, instance_option, office, record
from printserver.cli.cups_access import (
    confirm_certificate,
    parse_fingerprint,
    plain_faults,
    server_access,
    server_options,
)
from printserver.delivery import cups_setup, queue_setup, queue_trial
from printserver.errors import ConfigError
from printserver.printing import CupsServer, State, diagnose_job, diagnose_queue, keep_password, readable

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("filas", invoke_without_command=True)
@click.pass_context
def all_queues(context: click.Context) -> None:
    """As filas de impressão: as do CUPS e as da serventia."""
    if context.invoked_subcommand is None:
        context.invoke(list_all)


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
    nome = queue_setup.queue_name(nome)
    if uri is not None and not queue_setup.CUPS_NAME.fullmatch(nome):
        raise ConfigError(f"o nome {nome!r} não serve para uma fila do CUPS: use letras, algarismos, ponto, _ e -")
    with office(folder, writing=False) as (conn, serventia_id, _now):
        queue_setup.require_free_name(conn, serventia_id, nome)
    access = server_access(folder, cups_server, usuario, certificate, tls=tls, nova_senha=True)
    server, name = CupsServer(access), queue or nome
    with plain_faults():
        of_server = cups_setup.prepare_server(server, mudar_servidor=mudar_servidor)
        _show_changes(of_server, "servidor: ")
        of_queue = cups_setup.prepare_queue(server, name, uri)
        _show_changes(of_queue, "")
    if usuario and access.password is not None:
        keep_password(folder, cups_server, usuario, access.password)
    new = queue_setup.NewQueue(nome, "cups", name, cups_server, usuario, tls, access.certificado)
    with office(folder) as (conn, serventia_id, now):
        what = queue_setup.add(conn, serventia_id, new, now, default=default)
        changes = [str(change) for change in (*of_server.changes, *of_queue.changes)]
        record(conn, serventia_id, now, "fila", nome, what | {"mudancas": changes})
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
    page = queue_trial.TestPage(bandeja, *queue_trial.parse_size(papel), frente_verso)
    with office(folder, writing=False) as (conn, serventia_id, now):
        queue = queue_setup.require_queue(conn, serventia_id, nome)
    with plain_faults():
        found = queue_trial.print_page(folder, queue, page, now, float(espera), _report_state)
    if isinstance(found, Path):
        with office(folder) as (conn, serventia_id, _now):
            record(conn, serventia_id, now, "fila", nome, {"arquivo": found.name}, "provada")
        click.echo(f"Página de teste gravada em {found}.")
        return
    with office(folder) as (conn, serventia_id, _now):
        queue = queue_setup.require_queue(conn, serventia_id, nome)
        record(conn, serventia_id, now, "fila", nome, queue_trial.learn(conn, queue, found, now), "provada")
    for sentence in queue_trial.lessons(found):
        click.echo(sentence)


@all_queues.command("deslocar")
@click.argument("nome")
@instance_option
@click.option("--bandeja", default="", help="Bandeja da impressora (sem ela: todas as que não têm o seu).")
@click.option("--x", type=float, required=True, help="Milímetros para a direita (negativo: para a esquerda).")
@click.option("--y", type=float, required=True, help="Milímetros para baixo (negativo: para cima).")
def offset_queue(nome: str, folder: Path, bandeja: str, x: float, y: float) -> None:
    """Diz quanto se desloca o que é impresso por uma fila e bandeja, como a página de teste mostrou (P7)."""
    with office(folder) as (conn, serventia_id, now):
        what = queue_setup.set_offset(conn, serventia_id, nome, bandeja, x, y)
        record(conn, serventia_id, now, "fila", nome, what, "deslocada")
    where = f", bandeja {bandeja}" if bandeja else ""
    click.echo(
        f"Fila {nome}{where}: {_mm(what['antes'])} → {_mm(what['depois'])} mm. Vale para o que for entregue agora."
    )


@all_queues.command("reserva")
@click.argument("nome")
@click.argument("reserva", required=False)
@instance_option
def set_fallback(nome: str, reserva: str | None, folder: Path) -> None:
    """Diz que fila substitui NOME quando ela para; só uma pessoa muda a impressão de fila. Sem RESERVA: nenhuma."""
    with office(folder) as (conn, serventia_id, now):
        what = queue_setup.set_spare(conn, serventia_id, nome, reserva)
        record(conn, serventia_id, now, "fila", nome, what, "reserva")
    click.echo(f"Reserva da fila {nome}: {what['antes'] or 'nenhuma'} → {reserva or 'nenhuma'}.")


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
            queue_setup.require_queue(conn, serventia_id, queue)
        conn.execute(sa.update(table).where(*mine).values(fila=queue))
        record(conn, serventia_id, now, "chave", api_key, {"antes": row["fila"], "depois": queue}, "fila")
    click.echo(f"Fila da chave {api_key}: {row['fila'] or 'nenhuma'} → {queue or 'nenhuma'}.")


@all_queues.command("certificado")
@click.argument("nome")
@instance_option
@click.option("--certificado", "certificate", help="SHA-256 do certificado do servidor, para não ter de confirmá-lo.")
def accept_certificate(nome: str, certificate: str | None, folder: Path) -> None:
    """Aceita o certificado que o servidor CUPS da fila mostra agora, para ela e as outras filas do mesmo servidor."""
    with office(folder, writing=False) as (conn, serventia_id, _now):
        queue = queue_setup.require_queue(conn, serventia_id, nome)
    if not queue.tls or queue.servidor is None:
        raise ConfigError(f"a fila {nome!r} não fala por TLS")
    if queue.certificado:
        click.echo(f"O certificado guardado tem o SHA-256\n  {readable(queue.certificado)}")
    shown = parse_fingerprint(certificate) if certificate else confirm_certificate(queue.servidor)
    with office(folder) as (conn, serventia_id, now):
        what = queue_setup.set_certificate(conn, serventia_id, nome, shown)
        record(conn, serventia_id, now, "fila", nome, what, "certificado")
    click.echo(f"Certificado de {queue.servidor} guardado.")


def _show_changes(prepared: cups_setup.Prepared, prefix: str) -> None:
    for change in prepared.changes:
        click.echo(f"  {prefix}{change}")
    for remark in prepared.remarks:
        click.echo(f"  {remark}")


def _report_state(state: State) -> None:
    found = diagnose_job(state.estado, state.motivos, state.mensagem)
    click.echo(f"  {state.estado}" + (f": {found.situacao}. {found.o_que_fazer}" if found else ""))


def _mm(offset: list[float]) -> str:
    return " × ".join(f"{value:g}".replace(".", ",") for value in offset)


@click.command("fila")
@click.argument("nome")
@instance_option
@click.option("--pasta", type=PATH, help="Pasta em que os PDFs são gravados.")
@click.option("--cups", "queue", help="Nome da fila no CUPS.")
@click.option(
    "--servidor", "cups_server", help="Servidor CUPS: caminho do socket, ou HOST:PORTA (sem ele: o desta máquina)."
)
@click.option("--padrao", "default", is_flag=True, help="É a fila de quem não diz outra.")
@click.option("--papel-numerado", is_flag=True, help="Tem papel numerado, e conta as folhas.")
def add_queue(
    nome: str,
    folder: Path,
    pasta: Path | None,
    queue: str | None,
    cups_server: str | None,
    default: bool,
    papel_numerado: bool,
) -> None:
    """Cria mais uma fila: uma pasta ou uma fila do CUPS."""
    nome = queue_setup.queue_name(nome)
    if (pasta is None) == (queue is None):
        raise ConfigError("diga --pasta DIR ou --cups FILA, um dos dois")
    if cups_server and queue is None:
        raise ConfigError("--servidor acompanha --cups")
    destination = str(pasta.absolute()) if pasta is not None else str(queue)
    new = queue_setup.NewQueue(
        nome, "pasta" if pasta is not None else "cups", destination, cups_server, papel_numerado=papel_numerado
    )
    with office(folder) as (conn, serventia_id, now):
        if pasta is not None:
            pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
        what = queue_setup.add(conn, serventia_id, new, now, default=default)
        record(conn, serventia_id, now, "fila", nome, what)
    click.echo(f"Fila {nome} criada.")
