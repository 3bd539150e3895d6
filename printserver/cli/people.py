"""`printserver chave` and `printserver usuario`: create, change, deactivate and list keys and people (A1, A2, A5).

Changes take effect immediately in a running server: keys and sessions are looked up at every request.
"""

import os
import secrets
from pathlib import Path

import click

from printserver.cli.base import instance_option, office, record
from printserver.clock import local
from printserver.common.data import Columns
from printserver.delivery import queue_setup
from printserver.errors import ConfigError
from printserver.office import people


@click.command("chave")
@click.argument("nome", required=False)
@click.option("--direitos", help=f"Separados por vírgula: {', '.join(people.RIGHTS)}.")
@click.option("--fila", "queue", help="Fila da estação ou do programa que a usa, se o pedido não diz outra.")
@click.option("--sem-consulta", is_flag=True, help="Só acompanha o que imprime: não lê documentos, selos e avisos.")
@click.option("--revogar", is_flag=True, help="Encerra a chave, já e para sempre.")
@instance_option
def api_key(
    nome: str | None, direitos: str | None, queue: str | None, sem_consulta: bool, revogar: bool, folder: Path
) -> None:
    """Cria mais uma chave de sistema, e a mostra uma única vez; revoga uma; sem NOME, lista todas."""
    if nome is None:
        if direitos or queue or sem_consulta or revogar:
            raise ConfigError("diga o nome da chave")
        _list_keys(folder)
    elif revogar:
        if direitos or queue or sem_consulta:
            raise ConfigError("--revogar vai sozinho")
        with office(folder) as (conn, serventia_id, now):
            people.revoke_key(conn, serventia_id, nome, now)
            record(conn, serventia_id, now, "chave", nome.strip(), {}, "revogada")
        click.echo(f"Chave {nome.strip()} revogada: nada mais se faz com ela.")
    else:
        _new_key(folder, nome, direitos, queue, lookup=not sem_consulta)


def _new_key(folder: Path, nome: str, direitos: str | None, queue: str | None, *, lookup: bool) -> None:
    rights = [part.strip() for part in (direitos or "").split(",") if part.strip()]
    if not rights:
        raise ConfigError(f"diga --direitos: um ou mais de {', '.join(people.RIGHTS)}")
    with office(folder) as (conn, serventia_id, now):
        if queue is not None:
            queue_setup.require_queue(conn, serventia_id, queue)
        text = people.create_key(conn, serventia_id, nome, rights, now, queue, lookup=lookup)
        what = {"direitos": rights, "fila": queue, "sem_consulta": not lookup}
        record(conn, serventia_id, now, "chave", nome.strip(), what)
    click.echo(text)


def _list_keys(folder: Path) -> None:
    with office(folder, writing=False) as (conn, serventia_id, _now):
        for each, revoked in people.list_keys(conn, serventia_id):
            rights = ", ".join(right for right in people.RIGHTS if right in each.direitos)
            queue = f" · fila {each.fila}" if each.fila else ""
            ended = f" · revogada em {local(revoked):%d/%m/%Y às %H:%M}" if revoked else ""
            click.echo(f"{each.nome}: {rights}{queue}{ended}")


@click.command("usuario")
@click.argument("nome", required=False)
@click.option("--papel", type=click.Choice(people.ROLES), help="O papel da pessoa.")
@click.option("--nome-completo", help="O nome como sai impresso (sem ele: o nome de usuário).")
@click.option("--mudar", "change", is_flag=True, help="Muda o papel ou o nome de quem já existe, em vez de criar.")
@click.option("--nova-senha", is_flag=True, help="Dá outra senha a quem já existe, e a mostra uma única vez.")
@click.option("--desativar", "deactivate", is_flag=True, help="A pessoa saiu: não entra nem age mais, já.")
@click.option("--reativar", "reactivate", is_flag=True, help="A pessoa voltou, com o papel e a senha de antes.")
@instance_option
def add_person(
    nome: str | None,
    papel: str | None,
    nome_completo: str | None,
    change: bool,
    nova_senha: bool,
    deactivate: bool,
    reactivate: bool,
    folder: Path,
) -> None:
    """Cria, muda, desativa, reativa ou lista pessoas. Mostra a senha uma vez (ou usa PRINTSERVER_SENHA)."""
    wishes = [change, nova_senha, deactivate, reactivate]
    data = {"papel": papel, "nome": nome_completo}
    given = {name: value for name, value in data.items() if value is not None}
    if nome is None:
        if any(wishes) or given:
            raise ConfigError("diga o nome de usuário")
        _list_people(folder)
        return
    if sum(wishes) > 1:
        raise ConfigError("--mudar, --nova-senha, --desativar e --reativar: um de cada vez")
    if given and any((nova_senha, deactivate, reactivate)):
        raise ConfigError("--papel e --nome-completo se mudam com --mudar")
    if change:
        _change(folder, nome, given)
    elif nova_senha:
        _new_password(folder, nome)
    elif deactivate or reactivate:
        _send_away_or_back(folder, nome, away=deactivate)
    else:
        _new_person(folder, nome, papel, nome_completo)


def _new_person(folder: Path, nome: str, papel: str | None, nome_completo: str | None) -> None:
    if papel is None:
        raise ConfigError(f"diga --papel: um de {', '.join(people.ROLES)}")
    password = _password()
    with office(folder) as (conn, serventia_id, now):
        if people.exists(conn, serventia_id, nome):
            raise ConfigError(f"já existe o usuário {nome!r}: para mudar o papel ou o nome, acrescente --mudar")
        made = people.create_person(conn, serventia_id, nome, nome_completo or nome, papel, password, now)
        record(conn, serventia_id, now, "pessoa", made.usuario, {"papel": papel})
    click.echo(password)


def _new_password(folder: Path, nome: str) -> None:
    password = _password()
    with office(folder) as (conn, serventia_id, now):
        who = people.change_password(conn, serventia_id, nome, password, now)
        record(conn, serventia_id, now, "pessoa", who.usuario, {}, "senha mudada")
    click.echo(password)


def _change(folder: Path, nome: str, given: Columns) -> None:
    if not given:
        raise ConfigError("diga o que muda: --papel ou --nome-completo")
    with office(folder) as (conn, serventia_id, now):
        if "papel" in given:
            who = people.change_role(conn, serventia_id, nome, given["papel"], now)
        if "nome" in given:
            who = people.change_name(conn, serventia_id, nome, given["nome"], now)
        record(conn, serventia_id, now, "pessoa", who.usuario, given, "mudada")
    click.echo(f"{who.usuario}: {who.nome}, {who.papel}.")


def _send_away_or_back(folder: Path, nome: str, *, away: bool) -> None:
    with office(folder) as (conn, serventia_id, now):
        who = (people.deactivate if away else people.reactivate)(conn, serventia_id, nome, now)
        record(conn, serventia_id, now, "pessoa", who.usuario, {}, "desativada" if away else "reativada")
    click.echo(f"{who.usuario} {'desativado: não entra nem age mais' if away else 'reativado'}.")


def _list_people(folder: Path) -> None:
    with office(folder, writing=False) as (conn, serventia_id, _now):
        for each, active in people.list_people(conn, serventia_id):
            click.echo(f"{each.usuario}: {each.nome}, {each.papel}{'' if active else ' · desativado'}")


def _password() -> str:
    return os.environ.get("PRINTSERVER_SENHA") or secrets.token_urlsafe(12)
