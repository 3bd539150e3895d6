"""`printserver instalar`, which the bundle's `install` calls: at most six questions, each with an option."""

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from printserver import release
from printserver.cli.base import PATH
from printserver.cli.release import python_option, root_option
from printserver.errors import ConfigError
from printserver.office import people
from printserver.release import install as steps

NONE = "nenhuma"


@click.command("instalar")
@click.argument("pacote", type=PATH)
@click.option("--nome", help="Nome da serventia, como sai nos documentos.")
@click.option("--cns", help="CNS da serventia, 6 algarismos.")
@click.option("--demonstracao", "demo", is_flag=True, help="Serventia de demonstração: tudo sai SEM VALOR LEGAL.")
@click.option("--pessoa", help="Nome completo de quem administra.")
@click.option("--usuario", help="Nome de usuário dessa pessoa (sem ele: maria.souza, do nome).")
@click.option("--impressora", "printer", help="Endereço da impressora (ipp://…), ou nenhuma.")
@click.option("--copias", "copies", help="Para onde vão as cópias: uma pasta, ou um lugar do restic; ou nenhuma.")
@click.option("--iniciar/--nao-iniciar", "begin", default=None, help="Liga o servidor agora, ou não.")
@click.option("--serventia", "name", help="Nome da serventia nesta máquina (sem ele: o CNS, ou demonstracao).")
@click.option("--sem-serventia", "bare", is_flag=True, help="Só o programa, para recuperar ou importar uma serventia.")
@click.option("--chave", "key", help="Código da chave de versões, recebido por outro caminho, a comparar.")
@python_option
@root_option
def install(
    pacote: Path,
    nome: str | None,
    cns: str | None,
    demo: bool,
    pessoa: str | None,
    usuario: str | None,
    printer: str | None,
    copies: str | None,
    begin: bool | None,
    name: str | None,
    bare: bool,
    key: str | None,
    python: str,
    root: Path,
) -> None:
    """Instala esta versão e uma serventia nesta máquina; outra vez, conserta, e não escreve por cima de nada."""
    if root == Path("/") and os.geteuid() != 0:
        raise ConfigError("isto muda a máquina: chame com sudo")
    if demo and cns:
        raise ConfigError("--cns e --demonstracao: um dos dois")
    if bare and (cns or demo or name):
        raise ConfigError("--sem-serventia não vai com --cns, --demonstracao nem --serventia")
    machine = release.machine_at(root)
    services = release.services(machine)
    bundle, manifest = steps.check_bundle(machine, pacote, key or "")
    there = machine.offices()
    came = name if name and not (cns or demo) and steps.is_there(machine, name) else None  # restored or imported
    wanted = steps.NewOffice(came) if came else None
    if not came and (cns or demo or name or not (there or bare)):
        wanted = _questions(nome, cns, pessoa, usuario, printer, copies, demo=demo, name=name)
    else:
        answers = {"--nome": nome, "--pessoa": pessoa, "--usuario": usuario}
        _refuse_answers(answers | {"--impressora": printer, "--copias": copies})
    if begin is None:
        begin = wanted is None or _ask("Ligar agora", click.confirm, default=True)
    click.echo(f"Instalando a versão {manifest.version}.")
    ready = steps.install_release(machine, services, bundle, manifest, python)
    if wanted is not None:
        _office(machine, ready, wanted)
    for each in machine.offices():
        opened = steps.open_folders(machine, each)
        steps.enable_office(services, each, copies=steps.has_copies(each))
        if begin:
            services.start(each)
            click.echo(f"A serventia {each.name} está no ar em http://{each.host}:{each.port}")
        if opened and each in there:
            click.echo(f"As pastas das cópias mudaram: reinicie com sudo systemctl restart printserver@{each.name}")
    if bare:
        click.echo(
            "Nenhuma serventia foi criada. Recupere ou importe a sua, e ligue-a com sudo ./install --serventia NOME"
        )


def _refuse_answers(given: Mapping[str, str | None]) -> None:
    """Raise `ConfigError` if an answer is given for an office that is not made: it would be ignored (A7)."""
    if said := [option for option, value in given.items() if value is not None]:
        verb = "valem" if len(said) > 1 else "vale"
        raise ConfigError(
            f"{', '.join(said)}: só {verb} para uma serventia nova, e nada foi feito. Uma que existe muda-se em Ajustes"
        )


def _office(machine: release.Machine, ready: release.Release, wanted: steps.NewOffice) -> None:
    """Make the office with its queue and its copies; what the office can do without is only told."""
    made = steps.make_office(machine, ready, wanted)
    office = machine.office(wanted.name)
    if made is None:
        click.echo(f"A serventia {wanted.name} já existe: ficou como está.")
        return
    click.echo(f"Serventia {made['cns']} criada em {office.folder}.")
    click.echo(f"  usuário: {made['usuario']}\n  senha:   {made['senha']}\n  chave:   {made['chave']}")
    click.echo("Guarde a senha e a chave: não são mostradas outra vez.")
    if wanted.printer:
        _try("a impressora", lambda: steps.add_printer(machine, ready, office, wanted.printer))
    if wanted.copies:
        _try("o lugar das cópias", lambda: steps.add_copies(machine, office, wanted.copies))


def _try(what: str, step: Callable[[], None]) -> None:
    try:
        step()
    except ConfigError as error:
        click.echo(f"Falta {what}, que se acrescenta depois em Ajustes: {error}", err=True)


def _questions(
    nome: str | None,
    cns: str | None,
    pessoa: str | None,
    usuario: str | None,
    printer: str | None,
    copies: str | None,
    *,
    demo: bool,
    name: str | None,
) -> steps.NewOffice:
    """Ask what no option says. A demonstration office has no person of its own."""
    if nome is None:
        nome = _ask("Nome da serventia", click.prompt, default="")
    if cns is None and not demo:
        cns = _ask("CNS, 6 algarismos (vazio: demonstração)", click.prompt, default="", show_default=False)
    if cns and pessoa is None:
        pessoa = _ask("Nome completo de quem administra", click.prompt)
    if cns and pessoa and usuario is None:
        usuario = people.username_of(pessoa)
    if printer is None:
        printer = _ask_printer()
    if copies is None:
        copies = _ask("Pasta ou lugar das cópias (vazio: depois)", click.prompt, default="", show_default=False)
    return steps.NewOffice(
        steps.require_name(name or cns or "demonstracao"),
        cns or None,
        nome or "",
        pessoa or "",
        usuario or "",
        "" if printer == NONE else printer,
        "" if copies == NONE else copies,
    )


def _ask_printer() -> str:
    found = steps.printers()
    for number, address in enumerate(found, 1):
        click.echo(f"  {number}. {address}")
    answer = str(_ask("Impressora: número, endereço ipp://… ou vazio para depois", click.prompt, default=""))
    return found[int(answer) - 1] if answer.isdecimal() and 0 < int(answer) <= len(found) else answer


def _ask(question: str, how: Callable[..., Any], **options: Any) -> Any:
    if not sys.stdin.isatty():
        raise ConfigError(f"falta uma resposta ({question}): chame de um terminal, ou dê a opção (./install --help)")
    return how(question, **options)
