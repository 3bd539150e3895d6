"""Everything that `auditoria verificar` looks at (A6): the chain, the rows that it covers, the numbers, the heads kept.

Nothing is kept but counts and the first faults: a million seals are read as they come.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonView
from printserver.office import audit
from printserver.office.proof import certificates, daily_head, lines
from printserver.office.proof.proofs import JOB, QUESTION, SELO
from printserver.selo import PublicCertificate, read, sequence_name

SHOWN: Final = 50  # faults named one by one
_meant = db.as_meant(db.log.c.detalhe)


@dataclass(slots=True)
class Report:
    """What was found: how much was looked at, and the faults (Portuguese), the first `SHOWN` of `total`."""

    registros: int = 0
    antes: int | None = None  # how many entries hold before the chain's first fault
    selos: int = 0
    external: int = 0  # of another program: their signature is not this office's to check (N13)
    job_count: int = 0
    perguntas: int = 0
    certificates: int = 0
    heads: list[str] = field(default_factory=list)  # the days of those that were kept
    gaps: list[str] = field(default_factory=list)
    total: int = 0

    def add_fault(self, text: str) -> None:
        """Note a fault."""
        self.total += 1
        if len(self.gaps) < SHOWN:
            self.gaps.append(text)


def verify(
    conn: Connection,
    serventia_id: int,
    kept_heads: Sequence[daily_head.KeptHead],
    points: Sequence[tuple[int, str]] = (),
) -> Report:
    """Verify all that is on record. `conn` sees one state of the database (`Database.snapshot`).

    `kept_heads` are the heads that were kept (`daily_head.read_all`), `points` those that a person brings, as they were
    sent by e-mail.
    """
    report = Report()
    for n, fault in audit.walk(conn, serventia_id):
        if fault is None:
            report.registros += 1
        else:
            report.antes = n if report.antes is None else report.antes
            report.add_fault(fault)
    usados = certificates.used_certificates(conn, serventia_id)
    report.certificates = len(usados)
    for fault in _entries(conn, serventia_id, report, usados):
        report.add_fault(fault)
    for path, fault in daily_head.check(conn, serventia_id, kept_heads, usados):
        report.heads.append(path.stem)
        if fault is not None:
            report.add_fault(fault)
    for n, digest in points:
        fault = daily_head.of_point(conn, serventia_id, n, digest)
        if fault is not None:
            report.add_fault(f"{fault} (cabeça dada: {n}:{digest})")
    return report


def _entries(conn: Connection, serventia_id: int, report: Report, usados: Sequence[PublicCertificate]) -> Iterator[str]:
    highest: dict[tuple[int, str, int], str] = {}

    def selo(row: JsonView) -> None:
        report.selos += 1
        if row["externo"]:
            report.external += 1
            return
        if not _signed(row, usados):
            report.add_fault(
                f"o selo {row['codigo']}: a assinatura do registro do ato não é de nenhum certificado da serventia"
            )
        _highest(highest, row)

    def job(_row: JsonView) -> None:
        report.job_count += 1

    def question(_row: JsonView) -> None:
        report.perguntas += 1

    yield from lines.check(conn, serventia_id, SELO, selo)
    yield from lines.check(conn, serventia_id, JOB, job)
    yield from lines.check(conn, serventia_id, QUESTION, question)
    yield from _sequences(conn, serventia_id, highest)


def _signed(row: JsonView, usados: Sequence[PublicCertificate]) -> bool:
    """Whether one of the office's certificates signed the registro, and with the signature that stands beside it."""
    text, signature = row["registro"], row["assinatura"]
    if not isinstance(text, str) or not isinstance(signature, str) or not signature or not text.endswith(signature):
        return False
    return any(each.check(text.removesuffix(signature), signature) for each in usados)


def _highest(highest: dict[tuple[int, str, int], str], row: JsonView) -> None:
    """Remember the seal with the highest number of each natureza, ato and year (S3); a paper seal took none (S4)."""
    if row["origem"] == "hibrido" and row["retifica"] is None:
        return
    try:
        code = read(row["codigo"])
        number = int(code.informacao)
    except ValueError:  # it is no code: what changed it is found already
        return
    key = (code.natureza, code.ato, code.ano)
    if number > int(highest.get(key, "0" * 25)[9:22]):
        highest[key] = row["codigo"]


def _sequences(conn: Connection, serventia_id: int, highest: Mapping[tuple[int, str, int], str]) -> Iterator[str]:
    """Give the sequences whose next number a seal has already (S3), or that stand before a number given for them.

    A number came from the office's sequence or from its ato's, as the setting was then; both only grow.
    """
    table = db.sequencia
    rows = conn.execute(sa.select(table.c.nome, table.c.proximo).where(table.c.serventia_id == serventia_id)).all()
    following = {row.nome: row.proximo for row in rows}
    whole = following.get(sequence_name("serventia", 1, "", 0), 1)
    for (natureza, ato, ano), code in sorted(highest.items()):
        name = sequence_name("ato", natureza, ato, ano)
        if int(code[9:22]) >= max(whole, following.get(name, 1)):
            yield f"a sequência dos números de selo voltou atrás: o selo {code} já tem um número que ela ainda vai dar"
    said = (db.log.c.serventia_id == serventia_id, db.log.c.objeto.in_(("serventia", "sequencia")))
    query = sa.select(db.log.c.n, *db.as_stored([db.log.c.detalhe])).where(*said)
    for entry in conn.execute(query).all():
        what = _meant(entry.detalhe)
        first = what.get("proximo") if isinstance(what, dict) else None
        if isinstance(first, int) and first > whole:
            yield (
                f"a sequência dos números de selo voltou atrás: o próximo é {whole}, e o registro {entry.n} da "
                f"auditoria o tinha posto em {first}"
            )
