"""The incident of a log that does not verify (A6)."""

from typing import Final

from printserver.incidents.write import lasts, open_incident, settled
from printserver.office import Office, proof, verification

KIND: Final = "cadeia-quebrada"


def observe_chain(office: Office) -> None:
    """Open the incident if the log does not verify now; note its end once it does.

    The log does not verify if it does not extend the newest stored head, or if the newest verification found faults.
    """
    found = _of_head(office) or _of_verification(office)
    with office.db.read() as conn:
        if found is None and not lasts(conn, office, KIND):
            return
    with office.db.write() as conn:
        if found is None:
            settled(conn, office, KIND, office.clock())
        else:
            open_incident(conn, office, KIND, found, office.clock())


def _of_head(office: Office) -> str | None:
    """Return how the log differs from the newest stored head (Portuguese); None if it extends it."""
    newest = proof.kept_heads(office.instance)[-1:]
    with office.db.read() as conn:
        return next(filter(None, (proof.difference(conn, office.serventia_id, path) for path in newest)), None)


def _of_verification(office: Office) -> str | None:
    """Return the first fault of the newest verification (Portuguese); None if it found none, or none was asked for."""
    checked = verification.last_result(office, conclusive=True)
    if checked is None or checked[1] != verification.BAD:
        return None
    faults = checked[3].get("falhas") or ["a conferência da auditoria achou falhas"]
    more = int(checked[3].get("total_de_falhas", 1)) - 1
    return f"{faults[0]}" + (f" (e mais {more})" if more > 0 else "")
