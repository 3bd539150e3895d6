"""What a person typed into a form, kept for showing again, and the mistakes that `jobs` found in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import request

from printserver.errors import Recusa


@dataclass(frozen=True, slots=True)
class Forma:
    """A form as it is shown: values by name, messages by name, and the sentence above it all."""

    valores: Mapping[str, str] = field(default_factory=dict)
    erros: Mapping[str, str] = field(default_factory=dict)
    aviso: str | None = None

    def valor(self, nome: str) -> str:
        """Return what stands in the field."""
        return self.valores.get(nome, "")

    def erro(self, nome: str) -> str | None:
        """Return what is wrong with the field."""
        return self.erros.get(nome)


def digitado(nome: str) -> str:
    """Return what was typed into the field, without blanks around it."""
    return request.form.get(nome, "").strip()


def chave() -> str | None:
    """Return the form's own key: the same form sent twice (a second press, a page sent again) is done once."""
    return digitado("chave")[:64] or None


def recusada(recusa: Recusa) -> Forma:
    """Return the form as it was sent, with what is wrong in it."""
    valores = {nome: valor for nome, valor in request.form.items() if nome not in ("csrf_token", "chave")}
    erros = {_nome_na_tela(item.campo): item.mensagem for item in recusa.errors}
    if recusa.word == "chave-reutilizada":
        return Forma(valores, {}, "Este formulário já tinha sido enviado. Veja o documento antes de repetir.")
    aviso = "Nada foi feito ainda. Corrija o que está marcado." if erros else recusa.detail
    return Forma(valores, erros, aviso)


def _nome_na_tela(campo: str) -> str:
    """Return the name that the field of a request has on the screen: `paginas.0.papel` is `papel_1`."""
    if campo.startswith("inutilizados."):  # of the paper: all of them stand in one field
        return "inutilizados"
    da_pagina = re.fullmatch(r"paginas\.(\d+)\.(\w+)", campo)
    if da_pagina is None:
        return re.sub(r"^(emolumentos|servicos\.\d+)\.", "", campo)  # the parts of a VALUE
    numero = int(da_pagina[1]) + 1
    return f"papel_{numero}" if da_pagina[2] == "papel" else f"pagina_{numero}"
