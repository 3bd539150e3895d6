"""The commands of incidents: list them, note what was reported, close one by name with its cause."""

from pathlib import Path

import click

from printserver import incidents
from printserver.cli.base import instance_option, open_office, operator
from printserver.clock import local
from printserver.incidents import Incident
from printserver.office import Author, Office, acting_person, people

_WHO = click.option("--por", "usuario", required=True, help="Usuário do tabelião, substituto ou administrador.")


@click.group("incidentes")
def all_incidents() -> None:
    """O que falhou, a quem comunicar e até quando."""


@all_incidents.command("listar")
@instance_option
@click.option("--todos", "closed_too", is_flag=True, help="Também os que já foram fechados.")
def list_incidents(folder: Path, closed_too: bool) -> None:
    """Mostra os incidentes abertos, e até quando comunicar cada um."""
    with open_office(folder) as office, office.db.read() as conn:
        find = incidents.list_all if closed_too else incidents.open_ones
        found = find(conn, office.serventia_id)
    for each in found:
        click.echo("\n".join(_lines(each)))
    if not found:
        click.echo("Nenhum incidente." if closed_too else "Nenhum incidente aberto.")


@all_incidents.command("comunicacao")
@instance_option
@click.argument("numero", type=click.IntRange(1))
@click.option("--a", "prazo", required=True, type=click.Choice(list(incidents.TERMS)), help="A quem.")
@click.option("--texto", required=True, help="O protocolo, ou por que não se comunica.")
@click.option("--nao-cabe", "not_due", is_flag=True, help="Anota que não se comunica.")
@_WHO
def note_report(folder: Path, numero: int, prazo: str, texto: str, not_due: bool, usuario: str) -> None:
    """Anota que um incidente foi comunicado, ou por que não se comunica."""
    with open_office(folder) as office:
        data = {"prazo": prazo, "feita": not not_due, "texto": texto}
        incidents.note_report(office, _author(office, usuario), numero, data)
    click.echo(f"Anotado no incidente {numero}.")


@all_incidents.command("fechar")
@instance_option
@click.argument("numero", type=click.IntRange(1))
@click.option("--causa", required=True, help="O que houve, por quê, e o que se fez.")
@_WHO
def close(folder: Path, numero: int, causa: str, usuario: str) -> None:
    """Fecha um incidente, com o nome de quem fecha e a causa."""
    with open_office(folder) as office:
        incidents.close(office, _author(office, usuario), numero, {"causa": causa})
    click.echo(f"Incidente {numero} fechado por {usuario}.")


def _author(office: Office, usuario: str) -> Author:
    """Return the person as the author, and the machine's user as the system by which they act (A1, A2)."""
    with office.db.read() as conn:
        person = acting_person(conn, office, usuario, "--por")
    found = people.author_of_person(person, None)
    return Author(found.serventia_id, None, operator(), found.pessoa, found.papel, found.direitos, None)


def _lines(each: Incident) -> list[str]:
    state = "fechado" if each.fechado_em else "cessou, falta a causa" if each.cessou_em else "aberto"
    lines = [f"{each.id}  {each.nome} ({state}), desde {local(each.aberto_em):%d/%m/%Y %H:%M}", f"   {each.texto}"]
    if each.fechado_em:
        return [*lines, f"   fechado por {each.fechado_por} em {local(each.fechado_em):%d/%m/%Y %H:%M}: {each.causa}"]
    for word, term in incidents.TERMS.items():
        end = f"{local(term.end(each.aberto_em)):%d/%m/%Y %H:%M}"
        noted = each.comunicacoes.get(word)
        said = f"{'comunicado' if noted['feita'] else 'não se comunica'}: {noted['texto']}" if noted else f"até {end}"
        lines.append(f"   {word}: {term.a_quem}, {term.prazo}: {said}")
    return lines
