"""The commands that make an office, and set its next number."""

import json
from pathlib import Path

import click

from printserver.cli.base import instance_option, office, record
from printserver.clock import system_clock
from printserver.errors import ConfigError
from printserver.office import create
from printserver.selo import advance, sequence_name


@click.command("init")
@instance_option
@click.option("--cns", help="CNS da serventia, 6 algarismos (sem ele: serventia de demonstração).")
@click.option("--proximo-numero", type=click.IntRange(1), default=1, help="Próximo número de selo.")
@click.option("--nome", help="Nome da serventia, como sai nos documentos.")
@click.option("--pessoa", help="Nome completo de quem administra; exigido com --cns.")
@click.option("--usuario", help="Nome de usuário dessa pessoa; exigido com --cns.")
@click.option("--banco", help="Endereço de um PostgreSQL, que pode já ter outras serventias.")
@click.option("--json", "as_json", is_flag=True, help="Mostra só um objeto JSON na saída.")
def init(
    folder: Path,
    cns: str | None,
    proximo_numero: int,
    nome: str | None,
    pessoa: str | None,
    usuario: str | None,
    banco: str | None,
    as_json: bool,
) -> None:
    """Cria uma serventia: pasta, banco, certificado de teste, primeira pessoa e uma chave. Nunca escreve por cima."""
    if (pessoa is None) != (usuario is None):
        raise ConfigError("--pessoa e --usuario vão juntos: o nome completo, e o nome com que a pessoa entra")
    person = create.FirstPerson(usuario, pessoa) if pessoa and usuario else None
    made = create.create_office(
        folder, system_clock(), cns=cns, proximo=proximo_numero, person=person, nome=nome, banco=banco or ""
    )
    if as_json:
        shown = {
            "usuario": made.usuario,
            "senha": made.password,
            "chave": made.chave,
            "cns": made.cns,
            "instancia": made.instancia,
        }
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    click.echo(f"Serventia {made.cns} criada em {folder}.")
    click.echo(f"  usuário: {made.usuario}\n  senha:   {made.password}\n  chave:   {made.chave}")
    click.echo("Guarde a senha e a chave: não são mostradas outra vez.")


@click.command("sequencia")
@instance_option
@click.option("--proximo", required=True, type=click.IntRange(1), help="O próximo número; só anda para a frente.")
def set_sequence(folder: Path, proximo: int) -> None:
    """Diz o próximo número de selo da serventia."""
    with office(folder) as (conn, serventia_id, now):
        try:
            advance(conn, serventia_id, sequence_name("serventia", 1, "", now.year), proximo)
        except ValueError as error:
            raise ConfigError(str(error)) from error
        record(conn, serventia_id, now, "sequencia", "selo", {"proximo": proximo})
    click.echo(f"Próximo número: {proximo}.")
