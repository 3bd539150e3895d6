"""The login: user name and password in, session out."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from printserver import people
from printserver.web import security
from printserver.web.context import office


def entrar() -> ResponseReturnValue:
    """Show the login, or begin a session. A wrong password is answered with 401, which is what the limit counts."""
    proximo = request.values.get("proximo")
    if request.method == "GET":
        if current_user.is_authenticated:
            return redirect(security.destino_seguro(proximo), 303)
        return render_template("screens/entrar.html", proximo=proximo, usuario="", erro=None)
    usuario = request.form.get("usuario", "")
    here = office()
    with here.db.read() as conn:
        pessoa = people.conferir_senha(conn, here.serventia_id, usuario, request.form.get("senha", ""))
    if pessoa is None:
        erro = "Usuário ou senha não conferem. Digite de novo."
        return render_template("screens/entrar.html", proximo=proximo, usuario=usuario[:64], erro=erro), 401
    security.entrar(pessoa)
    return redirect(security.destino_seguro(proximo), 303)


def sair() -> ResponseReturnValue:
    """End the session."""
    security.sair()
    return redirect(url_for("web.entrar"), 303)
