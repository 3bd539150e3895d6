"""The audit commands: verify the complete log, and sign the head of its hash chain (A6)."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from printserver.cli.base import instance_option, office, office_database
from printserver.errors import ConfigError
from printserver.office import HeadDiffers, Report, create, load_settings, proof

_WHAT_TO_DO = (
    "Não mude nem apague nada: copie o banco e a pasta da serventia como estão, compare os selos nomeados com o papel "
    "e com o tribunal, e siga «Quando a auditoria não confere» no guia do operador."
)


@click.group("auditoria")
def audit() -> None:
    """O registro de tudo o que foi feito."""


@audit.command("verificar")
@instance_option
@click.option("--cabeca", "points", multiple=True, metavar="N:HASH", help="Cabeça recebida por e-mail, a conferir.")
def verify(folder: Path, points: tuple[str, ...]) -> None:
    """Confere o registro inteiro, os selos, os trabalhos e as perguntas com ele, e as cabeças guardadas."""
    try:
        brought = [proof.parse_point(each) for each in points]
    except ValueError as error:
        raise ConfigError(f"--cabeca: {error}") from error
    kept = proof.read_all(folder)
    with office(folder, writing=False) as (conn, serventia_id, _now):
        report = proof.verify(conn, serventia_id, kept, brought)
    if report.total:
        raise ConfigError(_describe_faults(report))
    click.echo(f"A auditoria confere: {report.registros} registros.")
    for line in _tally(report, len(brought)):
        click.echo(f"  {line}")


@audit.command("cabeca")
@instance_option
@click.option("--json", "as_json", is_flag=True, help="Mostra só a cabeça assinada, como um objeto JSON.")
def sign_head(folder: Path, as_json: bool) -> None:
    """Assina a cabeça do registro agora, guarda-a na pasta da serventia e a mostra."""
    with office(folder) as (conn, serventia_id, now):
        settings = load_settings(folder)
        signer = create.certificate(folder, settings)
        proof.register(conn, serventia_id, signer, now)
    try:
        with office_database(folder) as (database, number, _now):
            head = proof.store(database, number, folder, signer, now)
    except HeadDiffers as error:
        raise ConfigError(f"a auditoria NÃO confere: {error}\n{_WHAT_TO_DO}") from error
    if as_json:
        click.echo(json.dumps(asdict(head), ensure_ascii=False))
        return
    click.echo(head.point)
    click.echo(f"Assinada por {signer.holder} e guardada em {proof.of_day(folder, now)}.")


def _tally(report: Report, brought_count: int) -> list[str]:
    lines = [
        f"selos: {report.selos}, com a assinatura conferida por {report.certificates} certificado(s) da serventia"
        + (f", menos a de {report.external} de outro programa" if report.external else ""),
        f"trabalhos: {report.job_count}; perguntas: {report.question_count}",
    ]
    days = report.heads
    kept = f"cabeças guardadas: {len(days)}" + (f", de {days[0]} a {days[-1]}" if days else "")
    return [*lines, kept + (f"; trazidas: {brought_count}" if brought_count else "")]


def _describe_faults(report: Report) -> str:
    where = "" if report.antes is None else f" depois de {report.antes} registros"
    lines = [f"a auditoria NÃO confere{where}:", *(f"- {each}." for each in report.gaps)]
    if report.total > len(report.gaps):
        lines.append(f"- … e mais {report.total - len(report.gaps)}.")
    return "\n".join([*lines, _WHAT_TO_DO])
