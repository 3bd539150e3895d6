"""*Conformidade*: the report of conformity to read on screen, and as PDF or JSON. Each that leaves is on record."""

import hashlib
import json
from typing import Final

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from printserver import conformity
from printserver.clock import local_date
from printserver.errors import invalid_input
from printserver.web.address import requested_option
from printserver.web.context import find_person, now, office, register

_ANYWHERE: Final = ("", "0.0.0.0", "::", "waitress.invalid")  # noqa: S104  names of a port that is open to all


def conformity_page() -> ResponseReturnValue:
    """Show what the report holds, and where to get it."""
    return render_template("screens/conformidade.html", classe=office().settings.serventia.classe)


def export_conformity() -> ResponseReturnValue:
    """Measure the office and give the report as PDF or JSON."""
    kind = requested_option("formato", ("pdf", "json"))
    if not kind:
        raise invalid_input("formato", "escolha PDF ou JSON")
    here = office()
    found = conformity.measure(here, _own_address())
    if kind == "pdf":
        content = conformity.as_pdf(here, found, find_person().nome)
    else:
        content = json.dumps(conformity.as_json(here, found), ensure_ascii=False, indent=1).encode()
    register("conformidade", "relatorio", "feito", {"sha256": hashlib.sha256(content).hexdigest(), "formato": kind})
    answer = Response(content, content_type="application/pdf" if kind == "pdf" else "application/json")
    name = f"conformidade-{local_date(now()).isoformat()}.{kind}"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _own_address() -> str:
    """Return where this server answers, as its socket says: not what the browser calls it."""
    host = request.environ.get("SERVER_NAME", "")
    return f"{'127.0.0.1' if host in _ANYWHERE else host}:{request.environ['SERVER_PORT']}"
