"""*Ajustes › Filas*: the queues of the office, and a new one: a folder, or a queue of CUPS."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.delivery import cups_setup, queue_setup, queues
from printserver.errors import ConfigError, Recusa, invalid_input
from printserver.office import Act, acting
from printserver.printing import (
    CupsServer,
    FolderQueue,
    QueueRefused,
    QueueUnavailable,
    Server,
    keep_password,
    read_password,
    readable,
)
from printserver.web.context import author, office
from printserver.web.forms import Form, check_fields, refused_form, ticked, typed_choice, typed_text

ASK_S: Final = 5.0  # for CUPS to list its queues
PREPARE_S: Final = 15.0
TYPES: Final = {"cups": "Impressora, pelo CUPS", "pasta": "Pasta em que os PDFs são gravados"}
_FIELDS: Final = (
    *("nome", "tipo", "pasta", "servidor", "usuario", "senha", "tls", "certificado", "confere"),
    *("fila_cups", "uri", "padrao", "mudar_servidor", "acao"),
)


@dataclass(frozen=True, slots=True)
class Offered:
    """What a CUPS server offers: its queues by name with what they are, or why it cannot be asked."""

    filas: Mapping[str, str]
    falha: str | None = None
    certificado: str | None = None  # SHA-256 that the server shows and nobody has confirmed yet


def list_queues() -> ResponseReturnValue:
    """Show the queues, how they are, and what is to be mended in CUPS (X5)."""
    return render_template("screens/ajuste_filas.html", filas=queues.list_all(office()), tipos=TYPES)


def new_queue() -> ResponseReturnValue:
    """Ask for a queue, with those that CUPS offers, and add it."""
    if request.method == "GET":
        return _page(Form(), _offered(Server()))
    try:
        check_fields(*_FIELDS)
        if typed_choice("acao", ("listar", "acrescentar")) == "listar":
            return _page(refused_form(Recusa("entrada-invalida", "")), _offered(_server(ask_only=True)))
        nome = _add()
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        form = refused_form(refusal)
        offered = _offered_again() if typed_text("tipo") != "pasta" else Offered({})
        return _page(form, offered), refusal.kind.status
    flash(f"Fila {nome} acrescentada. Imprima a página de teste.")
    return redirect(url_for("web.ajuste_fila", fila=nome), 303)


@contextmanager
def at_field(field: str) -> Iterator[None]:
    """Have what a queue cannot be, or what CUPS says, at a field of the form."""
    try:
        yield
    except ConfigError as error:
        raise invalid_input(field, str(error)) from error
    except (QueueUnavailable, QueueRefused) as error:
        raise invalid_input(field, str(error)) from error


@contextmanager
def changing(nome: str, state: str, field: str, *, new: bool = False) -> Iterator[tuple[Act, dict[str, object]]]:
    """Run a change of a queue in one transaction; what is put into the dict goes on record under `state`.

    Raises `Recusa` `entrada-invalida` at `field` if the queue is not `new` and was changed since the form was shown.
    """
    what: dict[str, object] = {}
    with at_field(field), acting(office(), author()) as act:
        if not new:
            queue_setup.lock(act.conn, office().serventia_id)
            queue_setup.require_unchanged(act.conn, office().serventia_id, nome, typed_text("visto"))
        yield act, what
        act.log("fila", nome, state, what)
    office().capabilities.pop(nome, None)


def check_folder(text: str) -> Path:
    """Return the folder of a queue. Raises `Recusa` `entrada-invalida` at `pasta`: only one that is there and free."""
    here, folder = office(), Path(text)
    if not folder.is_absolute():
        raise invalid_input("pasta", "escreva o caminho inteiro, a partir de /")
    resolved = folder.resolve()
    inside = resolved.is_relative_to(here.instance.resolve())
    if inside and not resolved.is_relative_to((here.instance / "saida").resolve()):
        raise invalid_input("pasta", "esta pasta é do próprio servidor: use outra, ou uma dentro de saida")
    if FolderQueue("", folder).capabilities()["estado"] != "idle":
        raise invalid_input("pasta", "não há esta pasta, ou o servidor não pode gravar nela")
    with here.db.read() as conn:
        for each in queue_setup.all_queues(conn, here.serventia_id):
            if each.tipo == "pasta" and Path(each.destino).resolve() == resolved:
                raise invalid_input("pasta", f"a fila {each.nome} já grava nesta pasta")
    return folder


def prepare(server: CupsServer, queue: str, uri: str | None, field: str) -> list[str]:
    """Prepare CUPS for sealed paper and return what changed, in sentences. Raises `Recusa` at `field`."""
    with at_field(field):
        try:
            of_server = cups_setup.prepare_server(server, mudar_servidor=ticked("mudar_servidor"))
        except cups_setup.UnfitServer as error:
            said = str(error).partition(". Mude em cupsd.conf")[0]
            raise invalid_input("mudar_servidor", f"{said}. Marque para o servidor mudar isso no CUPS") from error
        of_queue = cups_setup.prepare_queue(server, queue, uri)
    for remark in of_queue.remarks:
        flash(remark)
    return [str(change) for change in (*of_server.changes, *of_queue.changes)]


def _add() -> str:
    here = office()
    with at_field("nome"), here.db.read() as conn:
        nome = queue_setup.queue_name(typed_text("nome"))
        queue_setup.require_free_name(conn, here.serventia_id, nome)
    changes: list[str] = []
    if typed_choice("tipo", TYPES) == "pasta":
        new = queue_setup.NewQueue(nome, "pasta", str(_folder(nome)))
    else:
        new, changes = _cups_queue(nome)
    with changing(nome, "criada", "nome", new=True) as (act, what):
        made = queue_setup.add(act.conn, here.serventia_id, new, act.now, default=ticked("padrao"))
        what |= made | {"mudancas": changes}
    return nome


def _folder(nome: str) -> Path:
    """Return the folder that was typed; where none was, one of its own in the office's `saida`."""
    if text := typed_text("pasta"):
        return check_folder(text)
    safe = "".join(each if each.isalnum() or each in "-_" else "-" for each in nome)
    folder = (office().instance / "saida" / safe).absolute()
    with at_field("pasta"):
        FolderQueue(nome, folder).prepare()
    return check_folder(str(folder))


def _cups_queue(nome: str) -> tuple[queue_setup.NewQueue, list[str]]:
    """Return the queue of CUPS that was chosen, or of the printer that was typed, and what was changed in CUPS."""
    uri, chosen = typed_text("uri"), typed_text("fila_cups")
    if bool(uri) == bool(chosen):
        raise invalid_input("fila_cups", "escolha uma fila do CUPS, ou escreva o endereço da impressora: um dos dois")
    if uri and not uri.startswith(("ipp://", "ipps://")):
        raise invalid_input("uri", "comece por ipp:// ou ipps://")
    if uri and not queue_setup.CUPS_NAME.fullmatch(nome):
        raise invalid_input("nome", "não serve para uma fila do CUPS: use letras sem acento, algarismos, ponto, _ e -")
    access = _server()
    server = CupsServer(access, PREPARE_S)
    changes = prepare(server, chosen or nome, uri or None, "uri" if uri else "fila_cups")
    if access.usuario and access.password is not None:
        keep_password(office().instance, access.endereco, access.usuario, access.password)
    made = queue_setup.NewQueue(
        nome, "cups", chosen or nome, access.endereco, access.usuario, access.tls, access.certificado
    )
    return made, changes


def _server(*, ask_only: bool = False) -> Server:
    """Return the CUPS server that was typed. No password goes unencrypted over a network, nor to an unknown server."""
    address, usuario, tls = typed_text("servidor") or None, typed_text("usuario") or None, ticked("tls")
    away = address is not None and not address.startswith("/")
    if tls and not away:
        raise invalid_input("tls", "só com o endereço de outra máquina, como impressao.local:631")
    if usuario is not None and away and not tls and not cups_setup.is_local(address or ""):
        raise invalid_input("tls", "a senha não vai aberta pela rede: marque TLS")
    shown = None if not tls else _certificate(address or "", ask_only=ask_only)
    if usuario is None or (tls and shown is None):
        return Server(address, tls=tls, certificado=shown)
    password = request.form.get("senha", "") or read_password(office().instance, address, usuario)
    if not password:
        raise invalid_input("senha", "falta a senha deste usuário no servidor CUPS")
    return Server(address, usuario, password, tls, shown)


def _certificate(address: str, *, ask_only: bool) -> str | None:
    """Return the server's certificate that a person confirmed, now or before; None if it is only asked about."""
    here = office()
    with here.db.read() as conn:
        kept = queue_setup.kept_certificate(conn, here.serventia_id, address)
    if kept is not None:
        return kept
    if ticked("confere") and typed_text("certificado"):
        return typed_text("certificado")
    if ask_only:
        return None
    raise invalid_input("confere", "confira o certificado do servidor CUPS, e marque que confere")


def _offered_again() -> Offered:
    try:
        return _offered(_server(ask_only=True))
    except Recusa:
        return Offered({})


def _offered(access: Server) -> Offered:
    try:
        if access.tls and access.certificado is None:
            return Offered({}, certificado=CupsServer(Server(access.endereco), ASK_S).certificate())
        found = CupsServer(access, ASK_S).queues()
    except (QueueUnavailable, QueueRefused) as error:
        return Offered({}, str(error))
    return Offered({each["nome"]: each["modelo"] or f"fila crua, em {each['uri']}" for each in found})


def _page(form: Form, offered: Offered) -> str:
    return render_template(
        "screens/ajuste_fila_nova.html",
        forma=form,
        tipos=TYPES,
        oferta=offered,
        digital=readable(offered.certificado) if offered.certificado else "",
    )
