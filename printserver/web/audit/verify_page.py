"""The chain of the log verified at a screen (A6): a button, how far it is, and what each fault means."""

import re
from dataclasses import dataclass
from typing import Final

from flask import Response, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.clock import rfc3339
from printserver.common.data import JsonView
from printserver.office import Verifier, proof, verification
from printserver.web import polling
from printserver.web.context import author, office
from printserver.web.forms import check_fields, key

_EXTENSION: Final = "printserver.web.verifier"
_HEADS_SHOWN: Final = 31
# What a fault means, by the words of its sentence (`office.proof`); the first that fits.
_MEANINGS: Final = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (r"^falta[m]? o[s]? registro|fim da auditoria", "Um pedaço do registro foi apagado por fora do programa."),
        (r"^o registro .* foi alterado", "Alguém mudou este registro por fora do programa, depois de escrito."),
        (r"fora do programa: a auditoria não registra", "A linha foi posta no banco por fora do programa."),
        (r"foi alterado fora do programa", "O que está no banco não é o que o programa gravou."),
        (r"sumiu do banco", "O programa gravou isto, e não está mais no banco."),
        (r"assinatura do registro do ato", "O selo não foi assinado por certificado desta serventia, ou foi mudado."),
        (
            r"sequência .* voltou atrás",
            "Um número de selo seria dado duas vezes: nada deve ser selado antes do conserto.",
        ),
        (r"existiu e sumiu", "O fim do registro foi cortado, ou o banco é uma cópia antiga."),
        (r"escrita de novo", "O registro inteiro foi refeito até ali: não é o que a serventia assinou naquele dia."),
        (r"é de outra serventia", "O arquivo da cabeça é de outra serventia."),
        (
            r"certificado não é um dos|assinatura não confere|não é uma cabeça",
            "O arquivo da cabeça guardada foi mudado.",
        ),
    )
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault as it was found, and what it means."""

    texto: str
    sentido: str


def show_verification() -> ResponseReturnValue:
    """Show the newest verification, and start one."""
    if request.method == "GET":
        return render_template("screens/auditoria_conferir.html", parte=_part().html, cabecas=_heads())
    check_fields()
    if not _verifier().start(author(), key()):
        flash("A conferência já tinha sido pedida.")
    return redirect(url_for("web.auditoria_conferir"), 303)


def live_verification() -> ResponseReturnValue:
    """Answer the poll of the verification: its progress is not in the log."""
    part = _part()
    return Response(status=204) if request.args.get("marca") == part.marca else Response(part.html)


def meaning(fault: str) -> str:
    """Return what a fault means, for a person who does not know how the chain is made."""
    return next((text for pattern, text in _MEANINGS if pattern.search(fault)), "O registro não confere neste ponto.")


def _verifier() -> Verifier:
    found: Verifier = current_app.extensions.setdefault(_EXTENSION, Verifier(office()))
    return found


def _part() -> polling.Part:
    running = _verifier().progress()
    last = verification.last_result(office())
    quando, estado, quem, detalhe = last if last is not None else (None, "", None, {})
    broken = running is None and estado == verification.ASKED  # the server was stopped meanwhile
    return polling.live_part(
        "screens/_auditoria_conferir.html",
        "web.vivo_conferencia_da_auditoria",
        {},
        cada="1s" if running else "10s",
        andamento=running,
        estado=verification.BROKEN if broken else estado,
        quando=rfc3339(quando) if quando is not None else None,
        quem=quem,
        achado=detalhe,
        falhas=_faults(detalhe),
    )


def _faults(detalhe: JsonView) -> list[Fault]:
    return [Fault(str(text), meaning(str(text))) for text in detalhe.get("falhas") or ()]


def _heads() -> list[tuple[str, proof.Head | None]]:
    """Return the newest stored heads, newest first: the day of each, and its content (None: no head)."""
    kept = proof.read_all(office().instance)
    return [(path.stem, head) for path, head in reversed(kept[-_HEADS_SHOWN:])]
