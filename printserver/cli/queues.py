"""`printserver filas`: the print queues of the office at the command line. Shows each thing it changes, and why."""

import hashlib
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import click
import sqlalchemy as sa

from printserver import db
from printserver.cli.base import (
    instance_option,
    nome_da_fila,
    office,
    record,
)
from printserver.cli.cups_access import (
    acesso,
    confirmado,
    falhas,
    ler_certificado,
    server_options,
)
from printserver.clock import local, rfc3339
from printserver.errors import ConfigError
from printserver.printing import Entrega, Estado, FilaCups, FilaFora, FilaPasta, Servidor
from printserver.printing.cups_server import Mudanca, ServidorCups, mudancas, mudar
from printserver.printing.diagnosis import da_fila, do_trabalho
from printserver.printing.passwords import guardar_senha
from printserver.printing.probe import Prova, provar
from printserver.printing.tls_tunnel import legivel

Command = TypeVar("Command", bound=Callable[..., Any])

POLITICA: Final = "abort-job"
_PORQUE_DA_POLITICA: Final = "o que falha termina ali; nada sai sozinho mais tarde"
_PRONTA_EM_S: Final = 20.0  # a printer that has not said by then what it can do is not there
_NOME_NO_CUPS: Final = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.-]{0,126}", re.ASCII)
_TAMANHO: Final = re.compile(r"(\d+(?:[.,]\d)?)x(\d+(?:[.,]\d)?)", re.ASCII)
_MAIS_LONGE_MM: Final = 50.0


@click.group("filas", invoke_without_command=True)
@click.pass_context
def filas(context: click.Context) -> None:
    """As filas de impressão: as do CUPS e as da serventia."""
    if context.invoked_subcommand is None:
        context.invoke(listar, folder=Path("instance"), servidor=None, usuario=None, tls=False, certificado=None)


@filas.command("listar")
@instance_option
@server_options
def listar(folder: Path, servidor: str | None, usuario: str | None, tls: bool, certificado: str | None) -> None:
    """Mostra as filas que o CUPS tem, como estão, e que filas da serventia as usam."""
    server = ServidorCups(acesso(folder, servidor, usuario, certificado, tls=tls))
    ours: dict[str, list[str]] = {}
    if folder.is_dir():
        with office(folder, writing=False) as (conn, serventia_id, _now):
            here = (db.fila.c.serventia_id == serventia_id, db.fila.c.tipo == "cups")
            for row in conn.execute(sa.select(db.fila).where(*here)).mappings():
                if row["servidor"] == servidor:
                    ours.setdefault(row["destino"], []).append(row["nome"])
    with falhas():
        found = server.filas()
    if not found:
        click.echo("O CUPS não tem nenhuma fila.")
    for each in found:
        situacao = da_fila(each["estado"], each["motivos"], each["mensagem"])
        used = f"fila {', '.join(ours[each['nome']])} da serventia" if each["nome"] in ours else "não usada"
        click.echo(f"{each['nome']}: {situacao.situacao} ({used})")
        click.echo(f"  {each['modelo'] or 'fila crua'}, em {each['uri']}; política de erro {each['politica']}")
        if situacao.o_que_fazer:
            click.echo(f"  {situacao.o_que_fazer}")


@filas.command("adicionar")
@click.argument("nome")
@instance_option
@server_options
@click.option("--uri", help="Endereço da impressora IPP (ipp://… ou ipps://…): cria no CUPS uma fila sem driver.")
@click.option("--cups", "queue", help="Fila que o CUPS já tem.")
@click.option("--padrao", is_flag=True, help="É a fila de quem não diz outra.")
@click.option("--mudar-servidor", is_flag=True, help="Muda a configuração do servidor CUPS onde ela não serve.")
def adicionar(
    nome: str,
    folder: Path,
    servidor: str | None,
    usuario: str | None,
    tls: bool,
    certificado: str | None,
    uri: str | None,
    queue: str | None,
    padrao: bool,
    mudar_servidor: bool,
) -> None:
    """Acrescenta uma fila do CUPS à serventia e a prepara para papel selado; mostra tudo o que muda, e por quê."""
    if (uri is None) == (queue is None):
        raise ConfigError("diga --uri IMPRESSORA ou --cups FILA, um dos dois")
    if uri is not None and not uri.startswith(("ipp://", "ipps://")):
        raise ConfigError(f"--uri {uri}: comece por ipp:// ou ipps://")
    nome = nome_da_fila(nome)
    if uri is not None and not _NOME_NO_CUPS.fullmatch(nome):
        raise ConfigError(f"o nome {nome!r} não serve para uma fila do CUPS: use letras, algarismos, ponto, _ e -")
    with office(folder, writing=False) as (conn, serventia_id, _now):
        if _fila(conn, serventia_id, nome) is not None:
            raise ConfigError(f"já existe uma fila {nome!r}")
    access = acesso(folder, servidor, usuario, certificado, tls=tls, nova_senha=True)
    server, name = ServidorCups(access), queue or nome
    with falhas():
        changes = _preparar_servidor(server, mudar_servidor=mudar_servidor)
        changes += _preparar_fila(server, name, uri)
    if usuario and access.senha is not None:
        guardar_senha(folder, servidor, usuario, access.senha)
    with office(folder) as (conn, serventia_id, now):
        if padrao:
            conn.execute(sa.update(db.fila).where(db.fila.c.serventia_id == serventia_id).values(padrao=False))
        row: dict[str, Any] = {"nome": nome, "tipo": "cups", "destino": name, "servidor": servidor, "usuario": usuario}
        row |= {"tls": tls, "certificado": access.certificado}
        conn.execute(sa.insert(db.fila).values(serventia_id=serventia_id, padrao=padrao, criada_em=now, **row))
        what = row | {"padrao": padrao, "mudancas": [str(change) for change in changes]}
        record(conn, serventia_id, now, "fila", nome, what)
    click.echo(f"Fila {nome} acrescentada. Imprima a página de teste: printserver filas teste {nome}")


@filas.command("teste")
@click.argument("nome")
@instance_option
@click.option("--bandeja", help="Bandeja da impressora (sem ela: a da fila).")
@click.option("--papel", default="210x297", show_default=True, help="Largura e altura do papel, em mm.")
@click.option("--frente-verso", is_flag=True, help="Imprime a página nos dois lados da folha.")
@click.option("--espera", type=click.IntRange(1, 600), default=90, show_default=True, help="Segundos até desistir.")
def teste(nome: str, folder: Path, bandeja: str | None, papel: str, frente_verso: bool, espera: int) -> None:
    """Imprime a página de teste da fila e aprende o que a fila pode provar."""
    from printserver.delivery.queues import deslocamento
    from printserver.rendering import deslocar
    from printserver.rendering.test_page import PaginaDeTeste, desenhar

    width, height = _tamanho(papel)
    with office(folder, writing=False) as (conn, serventia_id, now):
        row = exigir(conn, serventia_id, nome)
    offset = deslocamento(row, bandeja) or (0.0, 0.0)
    moment = f"{local(now):%d/%m/%Y às %H:%M}"
    page = desenhar(PaginaDeTeste(nome, bandeja, width, height, offset, moment, frente_verso))
    with tempfile.TemporaryDirectory() as temporary:
        pdf = Path(temporary) / "teste.pdf"
        content = deslocar(page, *offset) if offset != (0.0, 0.0) else page
        pdf.write_bytes(content)
        faces = "frente-verso" if frente_verso else "frente"
        job_id = f"teste-{now:%Y%m%d%H%M%S%f}"
        digest = hashlib.sha256(content).hexdigest()
        errand = Entrega(job_id, pdf, "Página de teste", 1, faces, bandeja, width, height, digest)
        with falhas():
            if row["tipo"] == "pasta":
                written = FilaPasta(nome, Path(row["destino"])).entregar(errand)
                click.echo(f"Página de teste gravada em {written}.")
                return
            queue = FilaCups(nome, row["destino"], _acesso(folder, row))
            proof = provar(queue, errand, 2 if frente_verso else 1, float(espera), _contar)
    _aprender(folder, nome, proof, now)


@filas.command("deslocar")
@click.argument("nome")
@instance_option
@click.option("--bandeja", default="", help="Bandeja da impressora (sem ela: todas as que não têm o seu).")
@click.option("--x", type=float, required=True, help="Milímetros para a direita (negativo: para a esquerda).")
@click.option("--y", type=float, required=True, help="Milímetros para baixo (negativo: para cima).")
def deslocar_fila(nome: str, folder: Path, bandeja: str, x: float, y: float) -> None:
    """Diz quanto se desloca o que é impresso por uma fila e bandeja, como a página de teste mostrou (P7)."""
    if not all(abs(value) <= _MAIS_LONGE_MM for value in (x, y)):  # also of a NaN
        raise ConfigError(f"o deslocamento vai até {_MAIS_LONGE_MM:g} mm")
    with office(folder) as (conn, serventia_id, now):
        row = exigir(conn, serventia_id, nome)
        if row["tipo"] == "pasta":
            raise ConfigError(f"a fila {nome!r} é uma pasta: nela nada se desloca")
        known = dict(row["deslocamentos"] or {})
        before, known[bandeja] = known.get(bandeja, [0.0, 0.0]), [round(x, 2), round(y, 2)]
        conn.execute(sa.update(db.fila).where(db.fila.c.id == row["id"]).values(deslocamentos=known))
        what = {"bandeja": bandeja, "antes": before, "depois": known[bandeja]}
        record(conn, serventia_id, now, "fila", nome, what, "deslocada")
    where = f", bandeja {bandeja}" if bandeja else ""
    click.echo(f"Fila {nome}{where}: {_mm(before)} → {_mm(known[bandeja])} mm. Vale para o que for entregue agora.")


@filas.command("reserva")
@click.argument("nome")
@click.argument("reserva", required=False)
@instance_option
def reserva_da_fila(nome: str, reserva: str | None, folder: Path) -> None:
    """Diz que fila substitui NOME quando ela para; só uma pessoa muda a impressão de fila. Sem RESERVA: nenhuma."""
    with office(folder) as (conn, serventia_id, now):
        row = exigir(conn, serventia_id, nome)
        if reserva is not None and exigir(conn, serventia_id, reserva)["id"] == row["id"]:
            raise ConfigError("uma fila não é a reserva de si mesma")
        conn.execute(sa.update(db.fila).where(db.fila.c.id == row["id"]).values(reserva=reserva))
        record(conn, serventia_id, now, "fila", nome, {"antes": row["reserva"], "depois": reserva}, "reserva")
    click.echo(f"Reserva da fila {nome}: {row['reserva'] or 'nenhuma'} → {reserva or 'nenhuma'}.")


@filas.command("estacao")
@click.argument("chave")
@click.argument("fila", required=False)
@instance_option
def fila_da_estacao(chave: str, fila: str | None, folder: Path) -> None:
    """Diz em que fila imprime a estação ou o programa de uma CHAVE, se o pedido não diz outra. Sem FILA: nenhuma."""
    table = db.chave_api
    with office(folder) as (conn, serventia_id, now):
        mine = (table.c.serventia_id == serventia_id, table.c.nome == chave)
        row = conn.execute(sa.select(table).where(*mine)).mappings().one_or_none()
        if row is None:
            raise ConfigError(f"não há chave {chave!r}")
        if fila is not None:
            exigir(conn, serventia_id, fila)
        conn.execute(sa.update(table).where(*mine).values(fila=fila))
        record(conn, serventia_id, now, "chave", chave, {"antes": row["fila"], "depois": fila}, "fila")
    click.echo(f"Fila da chave {chave}: {row['fila'] or 'nenhuma'} → {fila or 'nenhuma'}.")


@filas.command("certificado")
@click.argument("nome")
@instance_option
@click.option("--certificado", help="SHA-256 do certificado do servidor, para não ter de confirmá-lo.")
def certificado_da_fila(nome: str, certificado: str | None, folder: Path) -> None:
    """Aceita o certificado que o servidor CUPS da fila mostra agora, para ela e as outras filas do mesmo servidor."""
    table = db.fila
    with office(folder, writing=False) as (conn, serventia_id, _now):
        row = exigir(conn, serventia_id, nome)
    if not row["tls"]:
        raise ConfigError(f"a fila {nome!r} não fala por TLS")
    if row["certificado"]:
        click.echo(f"O certificado guardado tem o SHA-256\n  {legivel(row['certificado'])}")
    shown = ler_certificado(certificado) if certificado else confirmado(row["servidor"])
    with office(folder) as (conn, serventia_id, now):
        same = (table.c.serventia_id == serventia_id, table.c.servidor == row["servidor"], table.c.tls)
        conn.execute(sa.update(table).where(*same).values(certificado=shown))
        what = {"servidor": row["servidor"], "antes": row["certificado"], "depois": shown}
        record(conn, serventia_id, now, "fila", nome, what, "certificado")
    click.echo(f"Certificado de {row['servidor']} guardado.")


# -- the CUPS server --------------------------------------------------------------------------------------------------


def _preparar_servidor(server: ServidorCups, *, mudar_servidor: bool) -> list[Mudanca]:
    """Return what was changed in the server's settings. Raises ConfigError where they do not do and may not change."""
    conf = server.configuracao()
    if conf is None:
        click.echo("A configuração do servidor CUPS não pôde ser lida: a página de teste dirá se ele guarda arquivos.")
        return []
    wanted = mudancas(conf)
    if mudar_servidor and wanted:
        server.por_configuracao(mudar(conf, wanted))
        _esperar(lambda: not mudancas(server.configuracao() or conf), "o servidor CUPS não voltou com a configuração")
        for change in wanted:
            click.echo(f"  servidor: {change}")
        return wanted
    for change in wanted:
        if not change.obrigatoria:
            click.echo(f"  convém mudar no servidor: {change}")
    bad = [change for change in wanted if change.obrigatoria]
    if bad:
        raise ConfigError(
            "o servidor CUPS não serve assim para papel selado: "
            + "; ".join(map(str, bad))
            + ". Mude em cupsd.conf, ou diga --mudar-servidor"
        )
    return []


def _preparar_fila(server: ServidorCups, queue: str, uri: str | None) -> list[Mudanca]:
    """Make the queue in CUPS if `uri` is given, set its error policy, and return what was changed."""
    changes = []
    found = server.fila(queue)
    if uri is not None:
        if found is not None:
            raise ConfigError(f"o CUPS já tem uma fila {queue!r}, em {found['uri']}: use --cups {queue}")
        server.criar_sem_driver(queue, uri)
        try:
            _esperar(lambda: _sabe_o_que_pode(server, queue), f"a impressora {uri} não respondeu")
        except ConfigError:
            server.tirar(queue)
            raise
        found = server.fila(queue)
        changes.append(Mudanca(f"fila {queue} no CUPS", "não havia", uri, "sem driver, por IPP"))
    if found is None:
        names = ", ".join(each["nome"] for each in server.filas()) or "nenhuma"
        raise ConfigError(f"o CUPS não tem a fila {queue!r}. As que tem: {names}")
    if found["politica"] != POLITICA:
        server.por_politica(queue, POLITICA)
        changes.append(
            Mudanca(f"política de erro da fila {queue}", str(found["politica"]), POLITICA, _PORQUE_DA_POLITICA)
        )
    for change in changes:
        click.echo(f"  {change}")
    if not found["papeis"]:
        click.echo("  Fila crua: não diz que papel, bandejas e faces tem; nada disso é conferido antes de selar.")
    return changes


def _sabe_o_que_pode(server: ServidorCups, queue: str) -> bool:
    found = server.fila(queue)
    return found is not None and bool(found["papeis"])


def _esperar(ready: Callable[[], bool], senao: str) -> None:
    end = time.monotonic() + _PRONTA_EM_S
    while True:
        try:
            if ready():
                return
        except FilaFora:
            if time.monotonic() > end:
                raise
        if time.monotonic() > end:
            raise ConfigError(senao)
        time.sleep(0.2)


def _acesso(folder: Path, row: Mapping[Any, Any]) -> Servidor:
    from printserver.delivery.queues import servidor

    return servidor(folder, row)


# -- the test page ----------------------------------------------------------------------------------------------------


def _contar(state: Estado) -> None:
    found = do_trabalho(state.estado, state.motivos, state.mensagem)
    click.echo(f"  {state.estado}" + (f": {found.situacao}. {found.o_que_fazer}" if found else ""))


def _aprender(folder: Path, nome: str, proof: Prova, now: datetime) -> None:
    """Keep and tell what the test page showed. Raises ConfigError if it did not come to its end."""
    if not proof.concluida:
        raise ConfigError(
            f"a página de teste não foi concluída ({proof.estado or 'a fila não a conhece mais'}): nada se aprendeu. "
            "Veja a impressora e repita"
        )
    prova = {
        "conta_folhas": proof.conta_folhas,
        "guarda_arquivos": proof.guarda_arquivos,
        "quando": rfc3339(now),
    }
    with office(folder) as (conn, serventia_id, _now):
        row = exigir(conn, serventia_id, nome)
        conn.execute(sa.update(db.fila).where(db.fila.c.id == row["id"]).values(prova=prova))
        record(conn, serventia_id, now, "fila", nome, {"antes": row["prova"], "depois": prova}, "provada")
    if proof.conta_folhas:
        click.echo("A fila conta as folhas: um trabalho inteiro termina como impresso.")
    else:
        click.echo("A fila não conta as folhas: um trabalho inteiro termina como entregue. Confira o papel.")
    if proof.guarda_arquivos:
        click.echo("ATENÇÃO: o CUPS guarda os arquivos impressos. Ponha PreserveJobFiles No em cupsd.conf.")
    else:
        click.echo("O CUPS não guarda o que imprimiu: ninguém reimprime pelo histórico dele.")


def _tamanho(papel: str) -> tuple[float, float]:
    found = _TAMANHO.fullmatch(papel)
    if found is None:
        raise ConfigError(f"--papel {papel}: escreva largura e altura em mm, como 216x305")
    width, height = (float(part.replace(",", ".")) for part in found.groups())
    if not (100 <= width <= 450 and 140 <= height <= 450):
        raise ConfigError(f"--papel {papel}: de 100x140 a 450x450 mm")
    return width, height


# -- rows -------------------------------------------------------------------------------------------------------------


def _fila(conn: sa.Connection, serventia_id: int, nome: str) -> sa.RowMapping | None:
    here = (db.fila.c.serventia_id == serventia_id, db.fila.c.nome == nome)
    return conn.execute(sa.select(db.fila).where(*here)).mappings().one_or_none()


def exigir(conn: sa.Connection, serventia_id: int, nome: str) -> sa.RowMapping:
    """Return the row of the office's queue `nome`. Raises ConfigError if there is none."""
    found = _fila(conn, serventia_id, nome)
    if found is None:
        names = conn.execute(sa.select(db.fila.c.nome).where(db.fila.c.serventia_id == serventia_id)).scalars()
        raise ConfigError(f"não há fila {nome!r}. As filas são: {', '.join(sorted(names))}")
    return found


def _mm(offset: list[float]) -> str:
    return " × ".join(f"{value:g}".replace(".", ",") for value in offset)
