"""The court on the screens: what each seal has left, what was refused, the line, the notices; the strip on every page.

What is refused is mended at the seal's own page, or sent again from here by a named person (T1, T2, T4, R5).
"""

import threading
from typing import Any, Final

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.court import notices, pending, standing
from printserver.errors import Recusa
from printserver.office import ready
from printserver.web import polling
from printserver.web.address import opcao_pedida, pagina_pedida
from printserver.web.context import agora, autor, office, pessoa
from printserver.web.forms import Forma, conferir, confirmado, recusada

ABAS: Final = ("pendentes", "recusados", "vinculos", "avisos")
DE_UMA_VEZ: Final = 1000  # refused seals that are sent again with one press
GUARDADO_S: Final = 5.0  # how the office stands, for all screens that ask

_lock = threading.Lock()
_kept: dict[str, tuple[float, dict[str, Any]]] = {}


def tribunal() -> ResponseReturnValue:
    """Show how the office stands with the court."""
    return render_template("screens/tribunal.html", parte=_parte().html)


def vivo_tribunal() -> ResponseReturnValue:
    """Answer the poll of the court's page."""
    return polling.responder(_parte())


def comunicar() -> ResponseReturnValue:
    """Have what waits sent now."""
    conferir()
    found = standing.comunicar(office(), autor(), {"escrevente": pessoa().usuario})
    _kept.clear()
    n = found["pendentes"]
    vai = f"Pedido feito: {n} {'vai' if n == 1 else 'vão'} ao tribunal agora."
    flash(vai if n else "Nada espera por comunicação.")
    return redirect(url_for("web.tribunal"), 303)


def mandar() -> ResponseReturnValue:
    """Ask whether what the court refused is to go again as it stands (one seal, or all), then send it."""
    if request.method == "GET":
        return _perguntar(Forma())
    try:
        conferir(listas=("selos",))
        confirmado()
        codes = request.form.getlist("selos")
        standing.comunicar(office(), autor(), {"selos": codes, "escrevente": pessoa().usuario})
    except Recusa as recusa:
        return _perguntar(recusada(recusa)), recusa.kind.status
    _kept.clear()
    flash(f"{len(codes)} {'selo vai' if len(codes) == 1 else 'selos vão'} de novo ao tribunal.")
    return redirect(url_for("web.tribunal"), 303)


def _perguntar(forma: Forma) -> str:
    refused: list[dict[str, Any]] = []
    for quais in ("recusados", "vinculos"):
        page = 1
        while found := pending.listar(office(), quais, page)["itens"]:
            refused += [item for item in found if item["recusado_em"]]
            page += 1
            if len(refused) >= DE_UMA_VEZ:
                break
    if only := request.values.get("selo"):
        refused = [item for item in refused if item["selo"] == only]
    refused = refused[:DE_UMA_VEZ]
    codes = list(dict.fromkeys(item["selo"] for item in refused))
    return render_template("screens/tribunal_mandar.html", recusados=refused, codigos=codes, forma=forma)


def _parte() -> polling.Parte:
    ver = opcao_pedida("ver", ABAS) or "pendentes"
    pagina = pagina_pedida()
    here = office()
    lista = notices.listar(here, pagina) if ver == "avisos" else pending.listar(here, ver, pagina)  # type: ignore[arg-type]
    paginas = max(1, -(-lista["total"] // pending.POR_PAGINA))
    return polling.parte(
        "screens/_tribunal.html",
        "web.vivo_tribunal",
        {"ver": ver, "pagina": pagina},
        como=standing.em_json(standing.situacao(here)),
        ver=ver,
        lista=lista,
        paginas=paginas,
        por_email=bool(here.settings.avisos.servidor),
    )


# -- the strip on every page -----------------------------------------------------------------------------------------


def strip() -> str:
    """Return the strip that every page bears while the court wants a person, alive; empty of words where nothing is."""
    return _faixa().html


def vivo_faixa() -> ResponseReturnValue:
    """Answer the poll of the strip."""
    return polling.responder(_faixa())


def _faixa() -> polling.Parte:
    return polling.parte("screens/_faixa.html", "web.vivo_faixa", {}, cada="15s", como=_como())


def _como() -> dict[str, Any]:
    """Return how the office stands, read once in a few seconds however many screens ask."""
    here, now = office(), agora().timestamp()
    with _lock:
        kept = _kept.get(here.nome_da_instancia)
    if kept is not None and 0 <= now - kept[0] < GUARDADO_S:
        return kept[1]
    keeps = [reason for reason in ready.conditions(here).values() if reason is not None]
    como = standing.situacao(here) | {"impedimentos": keeps}
    with _lock:
        _kept[here.nome_da_instancia] = (now, como)
    return como
