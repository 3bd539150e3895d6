"""The commands of the audit: verifies all that is on record, and signs the head of its chain (A6)."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from printserver.cli.base import instance_option, office
from printserver.db import Database
from printserver.errors import ConfigError
from printserver.office import create
from printserver.office import proof as record
from printserver.office.proof import CabecaDiverge, Laudo
from printserver.office.settings import load_settings

_O_QUE_FAZER = (
    "Não mude nem apague nada: copie o banco e a pasta da serventia como estão, compare os selos nomeados com o papel "
    "e com o tribunal, e siga «Quando a auditoria não confere» no guia do operador."
)


@click.group("auditoria")
def auditoria() -> None:
    """O registro de tudo o que foi feito."""


@auditoria.command("verificar")
@instance_option
@click.option("--cabeca", "pontos", multiple=True, metavar="N:HASH", help="Cabeça recebida por e-mail, a conferir.")
def verificar(folder: Path, pontos: tuple[str, ...]) -> None:
    """Confere o registro inteiro, os selos, os trabalhos e as perguntas com ele, e as cabeças guardadas."""
    try:
        brought = [record.ler_ponto(each) for each in pontos]
    except ValueError as error:
        raise ConfigError(f"--cabeca: {error}") from error
    kept = record.lidas(folder)
    with office(folder, writing=False) as (conn, serventia_id, _now):
        laudo = record.verificar(conn, serventia_id, kept, brought)
    if laudo.total:
        raise ConfigError(_faltas(laudo))
    click.echo(f"A auditoria confere: {laudo.registros} registros.")
    for line in _contas(laudo, len(brought)):
        click.echo(f"  {line}")


@auditoria.command("cabeca")
@instance_option
@click.option("--json", "as_json", is_flag=True, help="Mostra só a cabeça assinada, como um objeto JSON.")
def cabeca(folder: Path, as_json: bool) -> None:
    """Assina a cabeça do registro agora, guarda-a na pasta da serventia e a mostra."""
    with office(folder) as (conn, serventia_id, now):
        settings = load_settings(folder)
        signer = create.certificado(folder, settings)
        record.registrar(conn, serventia_id, signer, now)
    database = Database(create.database_url(folder, settings))
    try:
        head = record.guardar(database, serventia_id, folder, signer, now)
    except CabecaDiverge as error:
        raise ConfigError(f"a auditoria NÃO confere: {error}\n{_O_QUE_FAZER}") from error
    finally:
        database.close()
    if as_json:
        click.echo(json.dumps(asdict(head), ensure_ascii=False))
        return
    click.echo(head.ponto)
    click.echo(f"Assinada por {signer.titular} e guardada em {record.do_dia(folder, now)}.")


def _contas(laudo: Laudo, trazidas: int) -> list[str]:
    lines = [
        f"selos: {laudo.selos}, com a assinatura conferida por {laudo.certificados} certificado(s) da serventia"
        + (f", menos a de {laudo.externos} de outro programa" if laudo.externos else ""),
        f"trabalhos: {laudo.trabalhos}; perguntas: {laudo.perguntas}",
    ]
    days = laudo.cabecas
    kept = f"cabeças guardadas: {len(days)}" + (f", de {days[0]} a {days[-1]}" if days else "")
    return [*lines, kept + (f"; trazidas: {trazidas}" if trazidas else "")]


def _faltas(laudo: Laudo) -> str:
    where = "" if laudo.antes is None else f" depois de {laudo.antes} registros"
    lines = [f"a auditoria NÃO confere{where}:", *(f"- {each}." for each in laudo.faltas)]
    if laudo.total > len(laudo.faltas):
        lines.append(f"- … e mais {laudo.total - len(laudo.faltas)}.")
    return "\n".join([*lines, _O_QUE_FAZER])
