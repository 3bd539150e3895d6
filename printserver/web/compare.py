"""The screen that holds the seals of a period beside the court's list, asked for or brought in a file."""

from datetime import timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from printserver import search
from printserver.clock import local_date
from printserver.errors import Recusa, entrada_invalida
from printserver.web.context import agora, autor, office
from printserver.web.forms import Forma, conferir, dia_digitado, digitado, escolha, recusada
from printserver.web.seal_words import RESULTADOS

ARQUIVO_MB = 20
_MOSTRADOS = 500
_ILEGIVEL = "A lista não pôde ser lida. Corrija o arquivo e carregue-o de novo."


def comparar() -> ResponseReturnValue:
    """Ask for period and list, then show what does not conform."""
    yesterday = local_date(agora()) - timedelta(days=1)
    forma = Forma({"de": yesterday.isoformat(), "ate": yesterday.isoformat(), "fonte": _padrao()})
    found, status = None, 200
    if request.method == "POST":
        try:
            conferir("de", "ate", "fonte", "arquivo")
            found = search.comparar(office(), autor(), _pedido()).em_json()
            forma = Forma({name: digitado(name) for name in ("de", "ate", "fonte")})
        except Recusa as recusa:
            if recusa.word == "sem-permissao":
                raise
            shown = recusada(recusa)
            unread = any(name.startswith("linha") for name in shown.erros)
            forma = Forma(shown.valores, shown.erros, _ILEGIVEL if unread else shown.aviso)
            status = recusa.kind.status
    return (
        render_template(
            "screens/comparar.html",
            forma=forma,
            achados=found,
            itens=found["itens"][:_MOSTRADOS] if found else [],
            resultados=RESULTADOS,
            tribunal=bool(office().settings.tribunal.url),
            hoje=local_date(agora()),
            mb=ARQUIVO_MB,
        ),
        status,
    )


def _padrao() -> str:
    return "tribunal" if office().settings.tribunal.url else "arquivo"


def _pedido() -> dict[str, object]:
    """Return the request of `POST /selos/comparacao`."""
    days = {name: dia_digitado(name) for name in ("de", "ate")}
    asked: dict[str, object] = {name: dia.isoformat() if dia else "" for name, dia in days.items()}
    file = request.files.get("arquivo")
    if digitado("fonte") and escolha("fonte", ("tribunal", "arquivo")) == "tribunal":
        if file is not None and file.filename:
            raise entrada_invalida("arquivo", "há um arquivo escolhido: marque “Carregar de um arquivo”, ou retire-o")
        return asked
    if file is None or not file.filename:
        raise entrada_invalida("arquivo", "escolha o arquivo com a lista")
    kind = "json" if file.filename.lower().endswith(".json") else "csv"
    return asked | {"lista": {"formato": kind, "conteudo": file.read()}}
