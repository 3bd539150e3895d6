"""The commands of the copies: make one, the key's sheet, a rehearsal, the restore and its steps (B1-B4)."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from printserver import copies, search
from printserver.cli.base import PATH, instance_option, operator, show_release_steps
from printserver.clock import local, system_clock
from printserver.common import faults
from printserver.copies import release
from printserver.errors import ConfigError
from printserver.office import Office, acting, copy_key, mirror, people


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Open the office of a folder for one command. Raises ConfigError."""
    office = Office.open_folder(folder, system_clock)
    try:
        yield office
    finally:
        office.close()


@click.command("copia")
@instance_option
@click.option("--se-cresceu", "only_if_grown", is_flag=True, help="Só copia se algo foi feito desde a última cópia.")
@click.option("--disco-novo", "new_disk", is_flag=True, help="Um lugar que já teve cópias está vazio: o disco é outro.")
def make_copy(folder: Path, only_if_grown: bool, new_disk: bool) -> None:
    """Copia a serventia, com o servidor no ar, para todos os lugares da configuração."""
    with open_office(folder) as office:
        made = copies.make_copy(office, only_if_grown=only_if_grown, new_disk=new_disk)
    if made.skipped:
        click.echo("Nada mudou desde a última cópia.")
        return
    for each in made.copies:
        seconds = (each.fim - each.inicio).total_seconds()
        size = (each.bytes or 0) / 1e6
        click.echo(
            f"Copiado para {each.lugar}: {each.arquivos} arquivos, {size:.1f} MB, até o registro {each.registro_n}, em "
            f"{seconds:.1f} s."
        )
    if made.failures:
        for failure in made.failures:
            click.echo(f"printserver: {failure}", err=True)
        sys.exit(1)


@click.command("ensaio")
@instance_option
def rehearse(folder: Path) -> None:
    """Restaura a cópia mais nova numa pasta à parte, confere, mede e guarda a ata em PDF."""
    with open_office(folder) as office:
        done = copies.rehearse(office, operator())
    if done.ata:
        click.echo(f"Ata: {folder / done.ata}")
    if not done.certo:
        raise ConfigError(f"o ensaio de restauração falhou: {done.falha}")
    figures = done.figuras
    click.echo(
        f"A cópia de {done.lugar} foi restaurada e confere: {figures['registro_n']} registros, "
        f"{figures['spool_arquivos']} PDFs, em {figures['trazer_s'] + figures['montar_s']:.0f} s."
    )


@click.command("restaurar")
@click.argument("origem")
@instance_option
@click.option("--cns", help="CNS da serventia, se o lugar tem cópias de várias.")
@click.option("--instantaneo", "snapshot", help="A cópia, pelo começo do seu número (sem ele: a mais nova inteira).")
@click.option("--banco", "database_url", help="Banco PostgreSQL vazio que recebe a cópia, se não é o da configuração.")
@click.option("--credenciais", "credentials", type=PATH, help="Arquivo com as variáveis do S3 (AWS_ACCESS_KEY_ID=…).")
@click.option("--relogio-certo", "clock_is_right", is_flag=True, help="O relógio daqui está certo; o da cópia, não.")
def restore(
    origem: str,
    folder: Path,
    cns: str | None,
    snapshot: str | None,
    database_url: str | None,
    credentials: Path | None,
    clock_is_right: bool,
) -> None:
    """Recupera a serventia de ORIGEM, um lugar de cópias, numa pasta vazia. A chave é pedida, ou PRINTSERVER_CHAVE."""
    given = copies.credentials_of(credentials) if credentials is not None else None
    if credentials is not None and not given:
        raise ConfigError(f"{credentials}: não existe, ou está vazio")
    key = copy_key.parse(os.environ.get("PRINTSERVER_CHAVE") or click.prompt("Chave das cópias", hide_input=False))
    source = copies.Source(origem, key, given, cns, snapshot)
    done = copies.restore(source, folder, operator(), system_clock, database_url, clock_is_right=clock_is_right)
    for each in done.passed_over:
        click.echo(f"  não estava inteira: {each}", err=True)
    click.echo(
        f"Serventia {done.cns} recuperada em {folder}, da cópia de {local(done.copia_de):%d/%m/%Y às %Hh%M} (até o "
        f"registro {done.registro_n}), em {done.fetch_s + done.build_s:.0f} s."
    )
    rest = done.at_rest
    click.echo(
        f"  impressões incertas: {rest['impressoes']}; perguntas encerradas: {rest['perguntas']}; envios ao tribunal a "
        f"conferir: {rest['comunicacoes']}"
    )
    click.echo("Ela consulta, mas não sela nem imprime. Ligue o servidor e siga Ajustes › Restauração, ou, aqui:")
    show_release_steps(folder)


@click.group("restauracao")
def all_steps() -> None:
    """Os passos de uma serventia recuperada até que volte a selar e imprimir."""


@all_steps.command("situacao")
@instance_option
def show_release(folder: Path) -> None:
    """Mostra o que já foi conferido e o que falta. Termina com 1 se algo falta."""
    with open_office(folder) as office:
        found = release.standing(office)
    if found is None:
        click.echo("A serventia sela e imprime: não há restauração em andamento.")
        return
    click.echo(f"Recuperada da cópia de {local(found.restauracao.copia_de):%d/%m/%Y às %Hh%M}.")
    for step in release.STEPS:
        click.echo(f"  {release.NAMES[step]}: {'falta' if step in found.faltam else 'conferido'}")
    click.echo(f"  próximos números: {_numbers(found.following)}")
    sys.exit(1)


@all_steps.command("espelho")
@click.argument("lugar", required=False, default="")
@instance_option
@click.option("--motivo", default="", help="Sem LUGAR: por que não há espelho.")
def bring_mirror(lugar: str, folder: Path, motivo: str) -> None:
    """Traz do espelho, em LUGAR, o que foi feito depois da cópia; ou diz, com --motivo, que não há."""
    with open_office(folder) as office:
        kept = release.take_mirror(office, _operator(office), lugar, motivo)
    if lugar:
        click.echo(f"{kept['selos']} selos e {kept['impressoes']} impressões trazidos do espelho.")
    click.echo(f"Próximos números: {_numbers(kept['proximos'])}.")


@all_steps.command("tribunal")
@instance_option
@click.option("--lista", "listing", type=PATH, help="Arquivo CSV ou JSON com a lista (sem ele: pede-se ao tribunal).")
def bring_court(folder: Path, listing: Path | None) -> None:
    """Confere os números com a lista do tribunal, desde a véspera da cópia."""
    with open_office(folder) as office:
        kept = release.take_court(office, _operator(office), _listing(listing))
    click.echo(f"{kept['selos']} selos na lista; {kept['nao_constam_aqui']} não constam aqui.")
    click.echo(f"Próximos números: {_numbers(kept['proximos'])}.")


@all_steps.command("papel")
@click.argument("selo")
@instance_option
def bring_paper(selo: str, folder: Path) -> None:
    """Diz o SELO do último papel impresso: o código, o número, ou nenhum."""
    with open_office(folder) as office:
        kept = release.take_paper(office, _operator(office), selo)
    click.echo(f"Próximos números: {_numbers(kept['proximos'])}.")


@all_steps.command("liberar")
@instance_option
def end_release(folder: Path) -> None:
    """Tudo conferido: a serventia volta a selar e imprimir."""
    with open_office(folder) as office:
        release.release(office, _operator(office))
    click.echo("A serventia sela e imprime.")


def _operator(office: Office) -> people.Author:
    return people.Author(office.serventia_id, None, None, operator(), None, frozenset(), None)


def _numbers(following: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number}" for name, number in sorted(following.items())) or "1"


def _listing(path: Path | None) -> search.Arquivo | None:
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"{path}: não pode ser lido ({faults.of_os(error)})") from error
    return search.Arquivo(formato="json" if path.suffix.lower() == ".json" else "csv", conteudo=content)


@click.group("copias")
def all_copies() -> None:
    """As cópias da serventia: situação, chave, espelho."""


@all_copies.command("folha")
@click.argument("saida", type=PATH)
@instance_option
def print_sheet(saida: Path, folder: Path) -> None:
    """Grava em SAIDA a folha de emergência (PDF, A4), com a chave das cópias, para imprimir e assinar."""
    with open_office(folder) as office:
        saida.write_bytes(copies.emergency_sheet(office, _operator(office), operator()))
    click.echo(f"{saida} gravada. Imprima-a, assine-a, guarde-a, e apague o arquivo.")


@all_copies.command("conferir")
@instance_option
def confirm_key(folder: Path) -> None:
    """Confere a chave da folha de emergência, pedida aqui, ou em PRINTSERVER_CHAVE."""
    typed = os.environ.get("PRINTSERVER_CHAVE") or click.prompt("Chave das cópias")
    with open_office(folder) as office:
        copies.confirm(office, _operator(office), typed)
    click.echo("A chave é a desta serventia.")


@all_copies.command("espelho-novo")
@instance_option
def new_mirror(folder: Path) -> None:
    """O disco do espelho é outro: começa nele um espelho novo."""
    with open_office(folder) as office:
        mirror.forget(folder)
        state = office.mirror.state(office.settings.espelho)
        if state is None:
            raise ConfigError("o espelho está desligado: diga a pasta em espelho.pasta, na configuração")
        if state.falha is not None:
            raise ConfigError(state.falha)
        with acting(office, _operator(office)) as act:
            act.log("copias", "espelho", "trocado", {"arquivo": state.arquivo})
    click.echo(f"Espelho novo em {state.arquivo}. Faça uma cópia agora: printserver copia.")


@all_copies.command("situacao")
@instance_option
def show_standing(folder: Path) -> None:
    """Mostra os lugares, a idade de cada cópia, o último ensaio e o que falta. Termina com 1 se algo falta."""
    with open_office(folder) as office:
        now = office.clock()
        with office.db.read() as conn:
            found = copies.standing(conn, office, now)
    if not found.lugares:
        raise ConfigError("nenhum lugar para as cópias: diga ao menos um em copias.lugares, na configuração")
    for place in found.lugares:
        when = "nenhuma cópia" if place.copia is None else f"cópia de {local(place.copia.fim):%d/%m/%Y %H:%M:%S}"
        click.echo(f"{place.lugar}: {when}")
    if found.ensaio is not None:
        result = "certo" if found.ensaio.certo else "falhou"
        click.echo(f"último ensaio: {local(found.ensaio.quando):%d/%m/%Y}, {result}")
    if found.chave.reminder:
        click.echo(found.chave.reminder)
    for text in found.warnings:
        click.echo(text, err=True)
    sys.exit(1 if found.warnings else 0)
