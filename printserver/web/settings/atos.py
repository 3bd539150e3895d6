"""*Tabela de atos*: the court's codes by natureza: confirmed, added, changed or, unused, taken out (S8, S10, C3)."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from printserver.errors import Recusa, invalid_input
from printserver.office import table_changes
from printserver.office.table_changes import Atos
from printserver.office.table_files import Snapshot
from printserver.selo import ATOS_FILE as ATOS
from printserver.selo import NATUREZAS, AtoType
from printserver.web.context import author, office
from printserver.web.forms import Form, ticked, typed_choice, typed_text
from printserver.web.seals import change
from printserver.web.settings.table_steps import Also, Step, two_steps

_FLAGS: Final = {
    "so_retificador": "Só retifica outro selo, nunca é emitido só",
    "hibrido": "De selo de papel (híbrido)",
    "iss_a_parte": "O ISS é comunicado à parte, fora do total",
    "a_confirmar": "A confirmar com a tabela do tribunal",
}
_MAX_TEXT: Final = 120
_NATUREZAS: Final = {str(number): NATUREZAS[number] for number in (1, 2)}  # those that this program seals (S1)
_PATH: Final = re.compile(r"([1-5])\.([0-9A-Z]{2})")


def list_atos() -> ResponseReturnValue:
    """Show the atos by natureza."""
    here = office()
    every = here.atos.every()
    groups = [(name, [each for each in every if each.natureza == number]) for number, name in NATUREZAS.items()]
    return render_template(
        "screens/atos.html",
        grupos=[(name, rows) for name, rows in groups if rows],
        caminho_de=path_of,
        por_conferir=table_changes.unconfirmed_atos(here),
        falha=here.state.faults.get(ATOS),
        marcas=_FLAGS,
    )


def new_ato() -> ResponseReturnValue:
    """Add a code to the table."""

    def plan(found: Atos) -> Step:
        codigo = typed_text("codigo").upper()
        if not re.fullmatch(r"[0-9A-Z]{2}", codigo):
            raise invalid_input("codigo", "são dois caracteres, letras sem acento ou algarismos, como CE")
        natureza = int(typed_choice("natureza", _NATUREZAS))
        if found.table.get(codigo, natureza) is not None:
            raise invalid_input("codigo", "este código já está na tabela: mude-o lá")
        return _step(found, None, _typed(codigo, natureza), f"Ato {codigo} acrescentado.")

    def show(found: Atos, form: Form, shown: change.Change | None) -> str:
        return _form(found, form, shown, None)

    return two_steps(_read, plan, show, ("codigo", "natureza", "descricao", *_FLAGS), url_for("web.atos"))


def change_ato(ato: str) -> ResponseReturnValue:
    """Change what a code stands for, and its flags as long as no seal has it."""

    def plan(found: Atos) -> Step:
        old = _found(found, ato)
        new = _typed(old.codigo, old.natureza)
        if table_changes.flags_fixed(office(), old) is not None:
            new = replace(new, so_retificador=old.so_retificador, hibrido=old.hibrido, iss_a_parte=old.iss_a_parte)
        if new == old:
            raise invalid_input("descricao", "nada muda: o ato já está assim")
        return _step(found, old, new, f"Ato {old.codigo} mudado.")

    def show(found: Atos, form: Form, shown: change.Change | None) -> str:
        return _form(found, form, shown, _found(found, ato))

    return two_steps(_read, plan, show, ("descricao", *_FLAGS), url_for("web.atos"))


def confirm_ato(ato: str) -> ResponseReturnValue:
    """Mark a code as compared with the court's table (S10)."""

    def plan(found: Atos) -> Step:
        old = _found(found, ato)
        if not old.a_confirmar:
            raise Recusa("estado-nao-permite", f"O ato {old.codigo} já está conferido.")
        return _step(found, old, replace(old, a_confirmar=False), f"Ato {old.codigo} conferido.")

    return _direct(plan, ato, "conferido")


def withdraw_ato(ato: str) -> ResponseReturnValue:
    """Take a code out of the table that no seal has."""

    def plan(found: Atos) -> Step:
        old = _found(found, ato)
        if why := table_changes.why_kept(office(), old):
            raise Recusa("estado-nao-permite", f"O ato {old.codigo} não se retira: {why}.")
        return _step(found, old, None, f"Ato {old.codigo} retirado.")

    return _direct(plan, ato, "retirar")


def path_of(ato: AtoType) -> str:
    """Return the part of an address that names an ato."""
    return f"{ato.natureza}.{ato.codigo}"


def _read() -> Atos:
    return table_changes.atos(office())


def _found(found: Atos, path: str) -> AtoType:
    named = _PATH.fullmatch(path)
    ato = found.table.get(named[2], int(named[1])) if named else None
    if ato is None:
        raise Recusa("nao-encontrado", "Não há este código na tabela de atos.")
    return ato


def _typed(codigo: str, natureza: int) -> AtoType:
    text = " ".join(typed_text("descricao").split())
    if not text:
        raise invalid_input("descricao", "preencha este campo")
    if len(text) > _MAX_TEXT or not text.isprintable():
        raise invalid_input("descricao", f"use até {_MAX_TEXT} caracteres, numa linha")
    return AtoType(codigo, natureza, text, **{name: ticked(name) for name in _FLAGS})


def _step(found: Atos, old: AtoType | None, new: AtoType | None, said: str) -> Step:
    def keep(seen: Snapshot, also: Also) -> None:
        table_changes.keep_ato(office(), author(), replace(found, seen=seen), old, new, said, also)

    return Step(_shown(old, new), said, keep)


def _shown(old: AtoType | None, new: AtoType | None) -> change.Change:
    ato = new or old
    assert ato is not None
    rows: list[tuple[str, str | None, str]] = []
    if old is None:
        rows += [("Código", None, ato.codigo), ("Natureza", None, NATUREZAS[ato.natureza])]
    if new is None:
        return change.Change([(f"{ato.codigo} · {NATUREZAS[ato.natureza]}", ato.descricao, "sai da tabela")], None)
    rows.append(("Descrição", None if old is None else old.descricao, new.descricao))
    for name, label in _FLAGS.items():
        was, will = None if old is None else _yes(getattr(old, name)), _yes(getattr(new, name))
        if old is None or was != will:
            rows.append((label, was, will))
    notices = []
    if old is not None and old.descricao != new.descricao:
        notices.append("Os selos já feitos ficam com a descrição de antes.")
    return change.Change(rows, None, (), notices)


def _yes(value: object) -> str:
    return "sim" if value else "não"


def _form(found: Atos, form: Form, shown: change.Change | None, ato: AtoType | None) -> str:
    return render_template(
        "screens/ato.html",
        forma=form,
        visto=shown,
        ato=ato,
        marca=found.seen.marca,
        marcas=_FLAGS,
        naturezas=_NATUREZAS,
        fixo=table_changes.flags_fixed(office(), ato) if ato is not None else None,
        fica=table_changes.why_kept(office(), ato) if ato is not None else None,
        max=_MAX_TEXT,
        caminho_de=path_of,
    )


def _direct(plan: Callable[[Atos], Step], ato: str, what: str) -> ResponseReturnValue:
    def show(found: Atos, form: Form, shown: change.Change | None) -> str:
        return render_template("screens/ato_passo.html", forma=form, visto=shown, ato=_found(found, ato), o_que=what)

    return two_steps(_read, plan, show, (), url_for("web.atos"), direct=True)
