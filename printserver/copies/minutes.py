"""The minutes of a rehearsal as PDF, with what the norm asks for (P213, Annex V; B4)."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

import structlog

from printserver import __version__
from printserver.clock import local
from printserver.common import faults
from printserver.common.files import write_whole
from printserver.copies.rows import Rehearsal
from printserver.errors import Recusa
from printserver.office import Office
from printserver.rendering import Report, Section, Table

_log = structlog.get_logger()

FOLDER: Final = "atas"
_DECLARATION: Final = (
    "Declaro que a restauração descrita nesta ata foi executada pelo programa na data e nas condições indicadas, que "
    "os valores medidos são os que ele mediu, e que o resultado é o que consta acima."
)


def write(office: Office, done: Rehearsal) -> Rehearsal:
    """Make the minutes and keep them in the office's folder; return the rehearsal with their file and SHA-256.

    A renderer that is busy and a full disk keep nothing from its record: the rehearsal is returned without minutes.
    """
    name = f"{FOLDER}/ensaio-{local(done.quando):%Y-%m-%d-%H%M%S}.pdf"
    path = office.instance / name
    try:
        content = office.render.report(_report(office, done))
        path.parent.mkdir(mode=0o700, exist_ok=True)
        write_whole(path, content)
    except (Recusa, OSError) as error:
        reason = error.detail if isinstance(error, Recusa) else faults.of_os(error)
        _log.warning("a rehearsal has no minutes", why=reason)
        return done
    return replace(done, ata=name, ata_sha256=hashlib.sha256(content).hexdigest())


def read(office: Office, done: Rehearsal) -> bytes:
    """Return the minutes of a rehearsal. Raises `Recusa` `nao-encontrado` if they are gone or were changed."""
    path = office.instance / (done.ata or "-")
    try:
        content = path.read_bytes()
    except OSError:
        content = b""
    if hashlib.sha256(content).hexdigest() != done.ata_sha256:
        raise Recusa("nao-encontrado", "A ata deste ensaio não está na pasta da serventia, ou foi alterada.")
    return content


def _report(office: Office, done: Rehearsal) -> Report:
    here = office.settings.serventia
    return Report(
        title="Ata do ensaio de restauração",
        office=f"{here.nome} · CNS {office.cns} · {here.cidade}/{here.uf}",
        made=f"Feita em {_when(done.quando)} por {done.quem}, printserver {__version__}",
        facts=[
            ("Resultado", "Restaurado e conferido" if done.certo else f"FALHOU: {done.falha}"),
            ("Executado por", done.quem),
            ("Início", _when(done.quando)),
            ("Norma", "Provimento CNJ 213/2026, art. 12, §9º, e Anexo V (conferir com o texto vigente)"),
        ],
        sections=list(_sections(office, done)),
        banner="SERVENTIA DE DEMONSTRAÇÃO: SEM VALOR LEGAL" if here.demonstracao else "",
    )


def _sections(office: Office, done: Rehearsal) -> Iterator[Section]:
    figures = done.figuras
    yield Section(
        "Escopo",
        "Restauração completa da cópia mais nova numa pasta à parte: banco de dados, documentos em PDF, configuração, "
        "tabelas, formatos e certificado. A serventia em uso não foi tocada.",
        facts=[
            ("Lugar da cópia", done.lugar),
            ("Cópia", f"{done.instantaneo or 'nenhuma'}, de {_when(done.copia_de) if done.copia_de else '—'}"),
            ("PDFs conferidos pelo hash", str(figures.get("spool_arquivos", "—"))),
            ("Selos comparados com os em uso", str(figures.get("amostra", "—"))),
        ],
    )
    yield Section("Objetivos e medidas", table=_objectives(done))
    yield Section("Arquitetura", _architecture(office, done))
    yield Section("Contagens conferidas", table=_counts(done))
    yield Section(
        "Hashes",
        facts=[
            ("Fim do registro", f"{figures.get('registro_n', '—')}:{figures.get('registro_hash', '—')}"),
            ("Banco (SHA-256)", str(figures.get("banco_sha256", "—"))),
        ],
    )
    yield Section(
        "Correções",
        "Nenhuma é necessária."
        if done.certo
        else f"O que falhou: {done.falha}\nO que foi feito para corrigir, quando e por quem:\n\n\n",
    )
    yield Section("Declaração", f"{_DECLARATION}\n\n\n_____________________________________\nResponsável, nome e data")


def _objectives(done: Rehearsal) -> Table:
    figures = done.figuras
    fetch, own = figures.get("trazer_s"), figures.get("montar_s")
    total = None if fetch is None or own is None else fetch + own
    rpo, rto = float(figures.get("rpo_h", 0)), float(figures.get("rto_h", 0))
    lost = figures.get("perda_s")
    rows = [
        ("Perda (RPO): idade do registro mais velho fora da cópia", _hours(rpo), _seconds(lost), _met(lost, rpo)),
        ("Volta (RTO): trazer, montar e conferir", _hours(rto), _seconds(total), _met(total, rto)),
        ("  da qual: trazer e decifrar", "—", _seconds(fetch), "—"),
        ("  da qual: montar e conferir", "—", _seconds(own), "—"),
    ]
    return Table(("Medida", "Objetivo", "Medido", "Atende"), rows, (52, 16, 18, 14))


def _met(seconds: float | None, hours: float) -> str:
    return "—" if seconds is None else "sim" if seconds <= hours * 3600 else "NÃO"


def _hours(hours: float) -> str:
    return f"{hours:g} h".replace(".", ",")


def _seconds(seconds: float | None) -> str:
    if seconds is None:
        return "—"
    return f"{seconds:.1f} s".replace(".", ",") if seconds < 600 else f"{seconds / 60:.0f} min"


def _architecture(office: Office, done: Rehearsal) -> str:
    places = done.figuras.get("lugares") or []
    said = "; ".join(f"{each['lugar']} ({'outra máquina' if each['fora'] else 'disco local'})" for each in places)
    database = office.db.versao
    return (
        f"Um servidor com {database}. Cópias feitas com o servidor no ar, cifradas na origem (AES-256) pelo restic, "
        f"com chave que só a serventia tem, em: {said or '—'}."
    )


def _counts(done: Rehearsal) -> Table:
    counts = done.figuras.get("contagens") or {}
    rows = [(name, str(count), "igual") for name, count in sorted(counts.items()) if count]
    return Table(("Tabela", "Linhas", "Cópia e restauração"), rows or [("—", "—", "—")], (50, 25, 25))


def _when(moment: datetime) -> str:
    return f"{local(moment):%d/%m/%Y às %H:%M:%S}"
