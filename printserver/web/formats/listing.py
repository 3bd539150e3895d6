"""The list of formats, and what is done with a whole one: its versions, the way back, a proof, deletion."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.common import faults
from printserver.common.data import JsonObject
from printserver.delivery import proof_print
from printserver.errors import ConfigError, Recusa, invalid_input
from printserver.formats import FORMAT_KINDS, NAME_PATTERN, WrongFormat, files
from printserver.office import format_versions
from printserver.web.context import author, office
from printserver.web.formats import words
from printserver.web.forms import (
    Form,
    check_confirmed,
    check_fields,
    key,
    refused_form,
    typed_choice,
    typed_text,
    whole_number,
)

_TYPES = {
    "livro": "Livro",
    "traslado": "Traslado",
    "certidao": "Certidão de Notas",
    "ficha_abertura": "Ficha de abertura",
    "avulso": "Avulso",
    "assento": "Assento",
    "certidao_civil": "Certidão do Registro Civil",
    "habilitacao": "Habilitação",
    "edital": "Edital",
    "averbacao": "Averbação",
    "procedimento": "Procedimento",
}


def formats() -> ResponseReturnValue:
    """Show all formats by type: what prints with each, and who changed it when."""
    used, last = format_versions.uses(office()), format_versions.last_versions(office())
    groups: dict[str, list[JsonObject]] = {kind: [] for kind in FORMAT_KINDS}
    broken: list[JsonObject] = []
    for nome in office().formatos.names():
        if not NAME_PATTERN.match(nome):
            broken.append({"nome": nome, "erro": "o nome do arquivo não serve: use minúsculas, algarismos e hífen"})
            continue
        row = {
            "nome": nome,
            "proprio": office().formatos.is_own(nome),
            "do_programa": office().formatos.is_shipped(nome),
            "documentos": used.get(nome, []),
            "ultima": last.get(nome),
        }
        try:
            found = office().formatos.get(nome)
        except ConfigError as error:
            broken.append(row | {"erro": words.said(str(error).splitlines()[0].removeprefix(f"{nome}.toml: "))})
            continue
        size = f"{words.number(found.pagina.largura)} × {words.number(found.pagina.altura)} mm"
        groups[found.tipo].append(row | {"descricao": found.descricao, "tamanho": size})
    for rows in groups.values():
        rows.sort(key=lambda row: (not row["documentos"], not row["proprio"], row["nome"]))
    gone = [
        each for name, each in sorted(last.items()) if each.arquivos is None and name not in office().formatos.names()
    ]
    named = [(_TYPES[kind], rows) for kind, rows in groups.items() if rows]
    return render_template("screens/formatos.html", grupos=named, errados=broken, apagados=gone, origens=words.ORIGINS)


def versions(nome: str) -> ResponseReturnValue:
    """Show the versions of a format and the difference of two; put an older one in force again."""
    known(nome)
    if request.method == "GET":
        return _show_versions(nome, Form())
    try:
        check_fields("numero", "motivo", "base")
        text = typed_text("numero")
        chosen = format_versions.version(office(), nome, whole_number(text) or 0)
        if chosen.arquivos is None:
            raise Recusa("estado-nao-permite", "Nesta versão o formato estava apagado: não há o que repor.")
        motivo = typed_text("motivo")[:500] or f"volta à versão {chosen.numero}"
        changed = format_versions.save(
            office(), author(), nome, typed_text("base"), chosen.arquivos, origem="volta", motivo=motivo
        )
    except format_versions.Stale:
        notice = "Nada foi feito: o formato mudou depois que esta página foi aberta. Veja as versões de novo."
        return _show_versions(nome, Form({}, {}, notice)), 409
    except WrongFormat as error:
        at, whole = words.faults(error.faults)
        text = f"Esta versão já não se imprime: {'; '.join([*whole, *at.values()])}"
        return _show_versions(nome, Form({}, {}, text)), 422
    except Recusa as refusal:
        return _show_versions(nome, refused_form(refusal)), refusal.kind.status
    except OSError as error:
        text = f"Nada foi feito: o arquivo não pôde ser gravado: {faults.of_os(error)}."
        return _show_versions(nome, Form({}, {}, text)), 503
    flash(f"A versão {chosen.numero} vale de novo." if changed else f"A versão {chosen.numero} já é a que vale.")
    return redirect(url_for("web.formato_versoes", nome=nome), 303)


def prove(nome: str) -> ResponseReturnValue:
    """Ask for the queue and print the page that the editor shows, marked as a proof."""
    known(nome)
    names, form, status = proof_print.queues_for_proofs(office()), Form(), 200
    if request.method == "POST":
        try:
            check_fields("fila")
            fila = typed_choice("fila", tuple(names))
            found = format_versions.proof(office(), office().formatos.get(nome))
            proof_print.send(office(), author(), found, fila, key())
            flash(f"A prova foi para a fila {fila}: sai marcada PROVA SEM VALOR LEGAL, sem selo de verdade.")
            return redirect(url_for("web.formato", nome=nome), 303)
        except WrongFormat as error:
            at, whole = words.faults(error.faults)
            form, status = Form({}, {}, f"O formato não se imprime: {'; '.join([*whole, *at.values()])}"), 422
        except Recusa as refusal:
            form, status = refused_form(refusal), refusal.kind.status
    return render_template("screens/formato_prova.html", nome=nome, filas=names, forma=form), status


def delete(nome: str) -> ResponseReturnValue:
    """Ask, and delete the office's files of a format that nothing uses."""
    now = known(nome)
    if not office().formatos.is_own(nome):
        raise Recusa("estado-nao-permite", f"O formato {nome} vem com o programa: não se apaga.")
    form = Form()
    if request.method == "POST":
        try:
            check_fields("motivo", "base")
            check_confirmed()
            format_versions.delete(office(), author(), nome, typed_text("base"), typed_text("motivo")[:500] or None)
        except format_versions.Stale:
            form = Form({}, {}, "Nada foi feito: o formato mudou depois que esta página foi aberta. Confira-o de novo.")
            return _show_delete(nome, form, now), 409
        except Recusa as refusal:
            return _show_delete(nome, refused_form(refusal), now), refusal.kind.status
        except OSError as error:
            return _show_delete(nome, Form({}, {}, f"O arquivo não pôde ser apagado: {faults.of_os(error)}."), now), 503
        again = office().formatos.is_shipped(nome)
        flash(f"Formato {nome} apagado{': o do programa vale de novo' if again else ''}.")
        return redirect(url_for("web.formatos"), 303)
    return _show_delete(nome, form, now)


def known(nome: str) -> dict[str, str]:
    """Return the files of a format that is in force or has versions. Raises `Recusa` `formato-desconhecido`."""
    now = format_versions.current(office(), nome) if NAME_PATTERN.match(nome) else {}
    if not now and not (NAME_PATTERN.match(nome) and format_versions.versions(office(), nome)):
        raise Recusa("formato-desconhecido", f"Não há formato “{nome}”.")
    return now


def _show_delete(nome: str, form: Form, now: files.Files) -> str:
    return render_template(
        "screens/formato_apagar.html",
        nome=nome,
        forma=form,
        base=files.digest(now),
        por_que_nao=format_versions.why_kept(office(), nome),
        do_programa=office().formatos.is_shipped(nome),
    )


def _show_versions(nome: str, form: Form) -> str:
    found = format_versions.versions(office(), nome)
    now = format_versions.current(office(), nome)
    numbers = [each.numero for each in found]
    old, new = (_number(each, numbers) for each in ("de", "a"))
    if old is None and new is None and len(numbers) > 1:
        old, new = numbers[1], numbers[0]
    texts = {each.numero: each.arquivos for each in found}
    lines = format_versions.differences(texts[old], texts[new]) if old is not None and new is not None else None
    return render_template(
        "screens/formato_versoes.html",
        nome=nome,
        versoes=found,
        em_vigor=files.digest(now),
        base=files.digest(now) if now else "",
        de=old,
        a=new,
        diferenca=lines,
        origens=words.ORIGINS,
        forma=form,
    )


def _number(name: str, numbers: list[int]) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    number = whole_number(text)
    if number not in numbers:
        raise invalid_input(name, "escolha uma das versões")
    return number
