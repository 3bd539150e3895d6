"""The checks of `auditoria verificar` (A6): the chain, the rows it covers, the sequences, the stored heads.

Only counts and the first faults are kept in memory; rows are streamed.
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

SHOWN: Final = 50  # faults listed individually
_meant = db.as_meant(db.log.c.detalhe)


@dataclass(slots=True)
class Report:
    """The result: counts of the rows checked, and the first `SHOWN` of `total` faults (Portuguese)."""

    registros: int = 0
    antes: int | None = None  # valid entries before the chain's first fault
    selos: int = 0
    external: int = 0  # of another program: their signatures cannot be checked (N13)
    job_count: int = 0
    question_count: int = 0
    certificates: int = 0
    heads: list[str] = field(default_factory=list)  # days of the stored heads
    gaps: list[str] = field(default_factory=list)
    total: int = 0

    def add_fault(self, text: str) -> None:
        """Count a fault, and keep its text up to the limit."""
        self.total += 1
        if len(self.gaps) < SHOWN:
            self.gaps.append(text)


def verify(
    conn: Connection,
    serventia_id: int,
    kept_heads: Sequence[daily_head.KeptHead],
    points: Sequence[tuple[int, str]] = (),
    *,
    report: Report | None = None,
) -> Report:
    """Verify all records. `conn` sees one state of the database (`Database.snapshot`).

    `kept_heads` are the stored heads (`daily_head.read_all`), `points` those given by a person, as sent by e-mail.
    `report` is filled and returned: its counts grow meanwhile, and another thread may read them.
    """
    report = Report() if report is None else report
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
        if certificates.signer(row, usados) is None:
            report.add_fault(
                f"o selo {row['codigo']}: a assinatura do registro do ato não é de nenhum certificado da serventia"
            )
        _highest(highest, row)

    def job(_row: JsonView) -> None:
        report.job_count += 1

    def question(_row: JsonView) -> None:
        report.question_count += 1

    yield from lines.check(conn, serventia_id, SELO, selo)
    yield from lines.check(conn, serventia_id, JOB, job)
    yield from lines.check(conn, serventia_id, QUESTION, question)
    yield from _sequences(conn, serventia_id, highest)


def _highest(highest: dict[tuple[int, str, int], str], row: JsonView) -> None:
    """Record the seal with the highest number of each natureza, ato and year (S3); a paper seal uses none (S4)."""
    if row["origem"] == "hibrido" and row["retifica"] is None:
        return
    try:
        code = read(row["codigo"])
        number = int(code.informacao)
    except ValueError:  # an invalid code; the change is already reported
        return
    key = (code.natureza, code.ato, code.ano)
    if number > int(highest.get(key, "0" * 25)[9:22]):
        highest[key] = row["codigo"]


def _sequences(conn: Connection, serventia_id: int, highest: Mapping[tuple[int, str, int], str]) -> Iterator[str]:
    """Yield the sequences whose next number a seal already has (S3), or that are behind a logged next number.

    A number came from the office's sequence or from that of its ato, by the setting of the time; both only grow.
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
