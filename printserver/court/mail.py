"""Notices by e-mail: each due row of `aviso`, over SMTP, until the server has accepted it.

A row is claimed before its message is sent and marked after the server accepted it. After a crash in between the
message is sent again, with the same Message-ID, so a mailbox can drop the duplicate. Rows have no holder column: the
claim moves `vence_em` ahead and counts the attempt.
"""

import hashlib
import smtplib
import ssl
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

import sqlalchemy as sa
import structlog

from printserver import db
from printserver.clock import local
from printserver.common import faults
from printserver.common.data import Columns
from printserver.court import notices
from printserver.court.silence import observe_court
from printserver.incidents import observe_chain
from printserver.office import Office, WarningSettings, backoff, reached

_log = structlog.get_logger()

WAIT_SECONDS: Final = 15.0  # for each answer of the server
LEASE: Final = timedelta(minutes=5)  # of a message that is being sent
LONGEST_PAUSE: Final = timedelta(hours=1)
AT_ONCE: Final = 20
LOOK_EVERY_S: Final = 20.0  # between two checks for new notices

_table = db.aviso


def run(office: Office, stop: threading.Event, pause_s: float = LOOK_EVERY_S) -> None:
    """Open incidents, make and send notices until `stop`. A fault is logged and retried."""
    while not stop.is_set():
        for step in _STEPS:
            try:
                step(office.current())
            except Exception:
                _log.exception("notices failed", step=step.__name__)
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


def look(office: Office) -> None:
    """Do one round of `run`; a fault is raised. For tests and tools."""
    for step in _STEPS:
        step(office)


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
    return _hand_over(office, office.settings.avisos, _message(office, office.settings.avisos, row), None)


def send_trial(office: Office, settings: WarningSettings, password: str | None) -> str | None:
    """Send a test message to everybody who would get notices under `settings`, which need not be in force.

    `password`: None takes the one in the office's folder. Return why the server did not take it (Portuguese), or None.
    """
    now = office.clock()
    text = "Esta é uma mensagem de teste: os avisos deste servidor chegam a este endereço."
    row = {"chave": f"teste:{now.isoformat()}", "tipo": "teste", "assunto": "Teste dos avisos", "texto": text}
    message = _message(office, settings, row | {"quando": now})
    return _hand_over(office, settings, message, password)


def _hand_over(office: Office, settings: WarningSettings, message: EmailMessage, password: str | None) -> str | None:
    try:
        with _converse(settings) as server:
            if settings.usuario:
                if password is None:
                    password = (office.instance / settings.arquivo_da_senha).read_text("utf-8").strip()
                server.login(settings.usuario, password)
            refused = server.send_message(message)
    except FileNotFoundError:
        return f"falta o arquivo da senha, {settings.arquivo_da_senha}, na pasta da serventia"
    except (OSError, smtplib.SMTPException, ValueError) as error:
        _log.warning("notice not sent", why=_reason(error))
        return _reason(error)
    if refused:  # no retry: the other recipients would get it twice
        _log.warning("notice refused for some", refused=sorted(refused))
    return None


def _reason(error: Exception) -> str:
    """Return why a message did not go, in Portuguese as far as it is known."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "o servidor de e-mail não aceitou usuário e senha"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"o servidor de e-mail não aceitou nenhum destinatário: {', '.join(sorted(error.recipients))}"[:500]
    if isinstance(error, smtplib.SMTPException):
        return f"o servidor de e-mail não aceitou: {error}"[:500]
    said = faults.of_os(error) if isinstance(error, OSError) else str(error)
    return f"o servidor de e-mail não aceitou: {said}"[:500]


def _converse(settings: WarningSettings) -> smtplib.SMTP:
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


def recipients(settings: WarningSettings, tipo: str) -> list[str]:
    """Return who gets the notices of a type: those set for its topic, else all recipients; of a test everybody."""
    topics = {"prazos": settings.prazos, "recusas": settings.recusas, "envios": settings.envios}
    topics["certificado"] = settings.certificado
    if tipo == "teste":
        return list(dict.fromkeys([*settings.destinatarios, *(each for some in topics.values() for each in some)]))
    return topics.get(notices.TOPIC.get(tipo, ""), []) or settings.destinatarios


def _message(office: Office, settings: WarningSettings, row: Columns) -> EmailMessage:
    message = EmailMessage()
    demo = "DEMONSTRAÇÃO " if office.demonstracao else ""
    message["Subject"] = f"[{demo}CNS {office.cns}] {row['assunto']}"
    message["From"] = settings.remetente
    message["To"] = ", ".join(recipients(settings, row["tipo"]))
    message["Date"] = format_datetime(local(row["quando"]))
    mark = hashlib.sha256(f"{office.instance_name}|{row['chave']}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{mark}@printserver.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{row['texto']}\n\nServidor de impressão da serventia de CNS {office.cns}.\n")
    return message


_STEPS: Final[tuple[Callable[[Office], object], ...]] = (observe_chain, observe_court, notices.observe, send)
