"""Notices by e-mail: each due row of `aviso`, over SMTP, until the server has accepted it.

A row is claimed before its message is sent and marked after the server accepted it. After a crash in between the
message is sent again, with the same Message-ID, so a mailbox can drop the duplicate. Rows have no holder column: the
claim moves `vence_em` ahead and counts the attempt.
"""

import hashlib
import smtplib
import ssl
import threading
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import sqlalchemy as sa
import structlog

from printserver import db
from printserver.clock import local
from printserver.common.data import Columns
from printserver.court import notices
from printserver.office import Office, backoff, reached

_log = structlog.get_logger()

WAIT_SECONDS: Final = 15.0  # for each answer of the server
LEASE: Final = timedelta(minutes=5)  # of a message that is being sent
LONGEST_PAUSE: Final = timedelta(hours=1)
AT_ONCE: Final = 20
LOOK_EVERY_S: Final = 20.0  # between two checks for new notices

_table = db.aviso


def run(office: Office, stop: threading.Event, pause_s: float = LOOK_EVERY_S) -> None:
    """Make and send notices until `stop`. A fault is logged and retried."""
    while not stop.is_set():
        try:
            current = office.current()
            notices.observe(current)
            send(current)
        except Exception:
            _log.exception("notices failed")
        stop.wait(pause_s)


def send(office: Office) -> int:
    """Send the due messages. Return how many the server accepted."""
    if not office.settings.avisos.servidor:
        return 0
    now = office.clock()
    due = (
        sa.select(_table)
        .where(_table.c.serventia_id == office.serventia_id, _due(now))
        .order_by(_table.c.quando)
        .limit(AT_ONCE)
    )
    with office.db.read() as conn:
        rows = [dict(row) for row in conn.execute(due).mappings()]
    sent = 0
    for row in rows:
        if _claim(office, row, now):
            falha = _deliver(office, row)
            _mark(office, row, falha)
            if falha is not None:  # the others would fail too
                break
            sent += 1
    return sent


def _due(now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a message is due."""
    return reached(_table.c.vence_em, now, LONGEST_PAUSE)


def _claim(office: Office, row: Columns, now: datetime) -> bool:
    """Claim a message for `LEASE`; return False if another engine has claimed it."""
    mine = (_table.c.serventia_id == office.serventia_id, _table.c.chave == row["chave"])
    still = (_due(now), _table.c.tentativas == row["tentativas"])
    claim = sa.update(_table).where(*mine, *still).values(vence_em=now + LEASE, tentativas=row["tentativas"] + 1)
    with office.db.write() as conn:
        return bool(conn.execute(claim).rowcount)


def _mark(office: Office, row: Columns, falha: str | None) -> None:
    now = office.clock()
    again = now + backoff(row["tentativas"], LONGEST_PAUSE, timedelta(minutes=1))
    values = (
        {"vence_em": None, "enviado_em": now, "falha": None} if falha is None else {"vence_em": again, "falha": falha}
    )
    mine = (_table.c.serventia_id == office.serventia_id, _table.c.chave == row["chave"])
    with office.db.write() as conn:
        conn.execute(sa.update(_table).where(*mine, _table.c.tentativas == row["tentativas"] + 1).values(**values))


def _deliver(office: Office, row: Columns) -> str | None:
    """Send a message. Return why it was not accepted (Portuguese), None if it was."""
    settings = office.settings.avisos
    message = _message(office, row)
    try:
        with _converse(office) as server:
            if settings.usuario:
                password = (office.instance / settings.arquivo_da_senha).read_text("utf-8").strip()
                server.login(settings.usuario, password)
            refused = server.send_message(message)
    except FileNotFoundError:
        return f"falta o arquivo da senha, {settings.arquivo_da_senha}, na pasta da serventia"
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _log.warning("notice not sent", key=row["chave"], why=str(error))
        return f"o servidor de e-mail não aceitou: {error}"[:500]
    if refused:  # no retry: the other recipients would get it twice
        _log.warning("notice refused for some", key=row["chave"], refused=sorted(refused))
    return None


def _converse(office: Office) -> smtplib.SMTP:
    settings = office.settings.avisos
    if settings.seguranca == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(settings.servidor, settings.porta, timeout=WAIT_SECONDS, context=context)
    server = smtplib.SMTP(settings.servidor, settings.porta, timeout=WAIT_SECONDS)
    if settings.seguranca == "starttls":
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _message(office: Office, row: Columns) -> EmailMessage:
    settings = office.settings.avisos
    message = EmailMessage()
    demo = "DEMONSTRAÇÃO " if office.demonstracao else ""
    message["Subject"] = f"[{demo}CNS {office.cns}] {row['assunto']}"
    message["From"] = settings.remetente
    message["To"] = ", ".join(settings.destinatarios)
    message["Date"] = format_datetime(local(row["quando"]))
    mark = hashlib.sha256(f"{office.instance_name}|{row['chave']}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{mark}@printserver.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{row['texto']}\n\nServidor de impressão da serventia de CNS {office.cns}.\n")
    return message
