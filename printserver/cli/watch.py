"""The commands that watch the server: its health, and the report of conformity."""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from printserver import conformity, release
from printserver.cli.base import PATH, instance_option, open_office, operator, record
from printserver.cli.release import root_option
from printserver.clock import local
from printserver.common.files import write_whole
from printserver.errors import ConfigError

# A part's name, where a person reads it otherwise than a program.
_NAMES = {"relogio": "relógio", "restauracao": "restauração"}
_SIGNS = {conformity.GOOD: "bem", conformity.WARN: "ATENÇÃO", conformity.BAD: "PROBLEMA", conformity.UNKNOWN: "?"}


@click.command("saude")
@instance_option
@click.option("--json", "as_json", is_flag=True, help="Mostra só um objeto JSON na saída.")
@root_option
def show_health(folder: Path, as_json: bool, root: Path) -> None:
    """Diz como está cada parte do servidor, o que há de errado e o que fazer. Termina com 1 se há problema."""
    parts = [*conformity.health(folder), *_upgrade(release.Keeper(release.machine_at(root)))]
    worst = conformity.worst(parts)
    if as_json:
        click.echo(json.dumps({"estado": worst, "partes": [asdict(each) for each in parts]}, ensure_ascii=False))
    else:
        names = [_NAMES.get(each.nome, each.nome) for each in parts]
        width = max(map(len, names))
        for name, each in zip(names, parts, strict=True):
            do = f" → {each.o_que_fazer}" if each.o_que_fazer else ""
            click.echo(f"{_SIGNS[each.estado]:<8}  {name:<{width}}  {each.texto}{do}")
    sys.exit(1 if worst == conformity.BAD else 0)


def _upgrade(keeper: release.Keeper) -> Iterator[conformity.Part]:
    """Yield how the last upgrade of this machine ended; nothing where there was none."""
    outcome = keeper.outcome()
    if keeper.under_way:
        text = "uma está em curso, ou ficou no meio"
        yield conformity.Part(
            "atualização", conformity.WARN, text, "Leve-a ao fim: sudo printserver atualizar --retomar."
        )
    elif outcome is not None and outcome.done:
        when = f"{local(datetime.fromisoformat(outcome.when)):%d/%m/%Y}"
        yield conformity.Part("atualização", conformity.GOOD, f"a última, para a versão {outcome.new}, em {when}")
    elif outcome is not None:
        text = f"a última, para a versão {outcome.new}, não deu certo: {outcome.why}"
        do = f"O servidor segue na versão {outcome.old}. Corrija o que está escrito, e atualize de novo."
        if outcome.stayed:
            do = f"O servidor está na versão {outcome.new}. Corrija o que está escrito."
        yield conformity.Part("atualização", conformity.WARN, text, do)


@click.command("conformidade")
@instance_option
@click.argument("saida", type=PATH)
@click.option(
    "--json", "as_json", is_flag=True, help="Escreve também SAIDA com final .json, com as evidências inteiras."
)
@click.option(
    "--endereco", default="127.0.0.1:8631", show_default=True, help="Onde o servidor atende, para medir o TLS."
)
def report_conformity(folder: Path, saida: Path, as_json: bool, endereco: str) -> None:
    """Escreve o relatório de conformidade em PDF: o que as normas pedem, e o que foi medido aqui."""
    if re.fullmatch(r".+:[0-9]{1,5}", endereco) is None:
        raise ConfigError(f"--endereco {endereco}: escreva MÁQUINA:PORTA, como 127.0.0.1:8631")
    with open_office(folder) as office:
        found = conformity.measure(office, endereco)
        content = conformity.as_pdf(office, found, operator())
        evidence = conformity.as_json(office, found)
        write_whole(saida, content)
        if as_json:
            text = json.dumps(evidence, ensure_ascii=False, indent=1)
            write_whole(saida.with_suffix(".json"), f"{text}\n".encode())
        digest = hashlib.sha256(content).hexdigest()
        with office.db.write() as conn:
            record(conn, office.serventia_id, office.clock(), "conformidade", "relatorio", {"sha256": digest}, "feito")
    click.echo(f"{saida} gravado.")
