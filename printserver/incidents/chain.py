"""The incident of a log that does not verify (A6)."""

from typing import Final

from sqlalchemy.engine import Connection

from printserver.incidents.rows import newest
from printserver.incidents.write import open_incident, settled
from printserver.office import Office, proof, verification

KIND: Final = "cadeia-quebrada"


def observe_chain(office: Office) -> None:
    """Open the incident if the log does not verify now; note its end once it does.

    The log does not verify if it does not extend the newest stored head, or if the newest verification found faults.
    """
    with office.db.read() as conn:
        found = _fault(conn, office)
        last = newest(conn, office.serventia_id, KIND)
    if found is None and (last is None or last.cessou_em is not None):
        return
    with office.db.write() as conn:
        if found is None:
            settled(conn, office, KIND, office.clock())
        else:
            open_incident(conn, office, KIND, found, office.clock())


def _fault(conn: Connection, office: Office) -> str | None:
    """Return what does not verify (Portuguese); None: nothing is known to be wrong."""
    for path in proof.kept_heads(office.instance)[-1:]:
        if (fault := proof.difference(conn, office.serventia_id, path)) is not None:
            return fault
    checked = verification.last_result(office, conclusive=True)
    if checked is None or checked[1] != verification.BAD:
        return None
    faults = checked[3].get("falhas") or ["a conferência da auditoria achou falhas"]
    more = int(checked[3].get("total_de_falhas", 1)) - 1
    return f"{faults[0]}" + (f" (e mais {more})" if more > 0 else "")
