"""A format as a file: copied under a new name, exported, and imported after it was shown."""

import io
import lzma
import re
import zipfile
import zlib
from typing import Final

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.common import faults
from printserver.errors import Recusa, invalid_input
from printserver.formats import NAME_PATTERN, WrongFormat, fields, files
from printserver.office import format_versions
from printserver.web.context import author, office
from printserver.web.formats import listing, sheet, words
from printserver.web.forms import Form, check_fields, refused_form, ticked, typed_text

FILE_KB: Final = 256
"""The largest file that is imported, in kB; a form carries it a second time as text."""
_MOST_FILES: Final = 20
_DAMAGED: Final = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(OSError, ValueError, NotImplementedError, RuntimeError, EOFError),
)
"""What a damaged archive raises, by its methods of compression."""


def copy(nome: str) -> ResponseReturnValue:
    """Ask for a name, and keep a copy of a format under it."""
    now = _there(nome)
    if request.method == "GET":
        return render_template("screens/formato_copiar.html", nome=nome, forma=Form())
    try:
        check_fields("novo")
        new = typed_text("novo").lower()
        _check_new(new)
        wanted = {**{path: text for path, text in now.items() if not path.endswith(".toml")}}
        wanted[f"{new}.toml"] = now[f"{nome}.toml"]
        motivo = f"cópia de {nome}"
        format_versions.save(office(), author(), new, "", wanted, origem="copiado", motivo=motivo)
    except (WrongFormat, format_versions.Stale, OSError) as error:
        form = Form(dict(request.form), {}, _why(error))
        return render_template("screens/formato_copiar.html", nome=nome, forma=form), 422
    except Recusa as refusal:
        form = refused_form(refusal)
        return render_template("screens/formato_copiar.html", nome=nome, forma=form), refusal.kind.status
    flash(f"Formato {new} criado, igual a {nome}.")
    return redirect(url_for("web.formato", nome=new), 303)


def export(nome: str) -> ResponseReturnValue:
    """Give the file of a format; with templates of the office, a ZIP of all its files."""
    now = _there(nome)
    if len(now) == 1:
        answer = Response(now[f"{nome}.toml"], content_type="application/toml; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="{nome}.toml"'
        return answer
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(now):
            archive.writestr(zipfile.ZipInfo(path), now[path])
    answer = Response(packed.getvalue(), content_type="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="formato-{nome}.zip"'
    return answer


def bring() -> ResponseReturnValue:
    """Take a format's file, show its page and what it changes, and keep it once that is confirmed."""
    if request.method == "GET":
        return render_template("screens/formato_importar.html", forma=Form(), visto=None)
    seen: dict[str, object] | None = None
    try:
        check_fields("arquivo", "novo", "base", "texto:.*", "motivo")
        wanted = _uploaded()
        new = typed_text("novo").lower() or _name_in(wanted)
        if not NAME_PATTERN.match(new):
            raise invalid_input("novo", "use letras minúsculas sem acento, algarismos e hífens, como certidao-azul")
        wanted = {(f"{new}.toml" if path.endswith(".toml") else path): text for path, text in wanted.items()}
        now = format_versions.current(office(), new)
        drawn = sheet.draw(new, wanted)
        seen = {
            "nome": new,
            "base": typed_text("base") if ticked("confirmo") else files.digest(now) if now else "",
            "arquivos": wanted,
            "folha": drawn,
            "havia": bool(now),
            "diferenca": format_versions.differences(now, wanted) if now else [],
            "erros": [
                *drawn.avisos,
                *(f"{fields.title_of(at) or at}: {text}" for at, text in drawn.erros.items()),
            ],
        }
        if ticked("confirmo") and drawn.estado is not None:
            motivo = typed_text("motivo")[:500] or None
            format_versions.save(office(), author(), new, typed_text("base"), wanted, origem="importado", motivo=motivo)
            flash(f"Formato {new} importado: vale para a próxima impressão.")
            return redirect(url_for("web.formato", nome=new), 303)
        status = 200 if drawn.estado is not None else 422
        return render_template("screens/formato_importar.html", forma=Form(dict(request.form)), visto=seen), status
    except (WrongFormat, format_versions.Stale, OSError) as error:
        form = Form({}, {}, _why(error))
        return render_template("screens/formato_importar.html", forma=form, visto=None), 422
    except Recusa as refusal:
        form = refused_form(refusal)
        return render_template("screens/formato_importar.html", forma=form, visto=None), refusal.kind.status


def _check_new(nome: str) -> None:
    if not NAME_PATTERN.match(nome):
        raise invalid_input("novo", "use letras minúsculas sem acento, algarismos e hífens, como certidao-azul")
    if nome in office().formatos.names():
        raise invalid_input("novo", f"já há um formato {nome}: dê outro nome")


def _uploaded() -> dict[str, str]:
    """Return the texts of the file that was sent, or of the one that is confirmed; the format's has the name it had."""
    if again := {name.partition(":")[2]: text for name, text in request.form.items() if name.startswith("texto:")}:
        texts = {path: text.replace("\r\n", "\n") for path, text in again.items()}
    else:
        file = request.files.get("arquivo")
        if file is None or not file.filename:
            raise invalid_input("arquivo", "escolha um arquivo .toml, ou o .zip que esta tela exporta")
        content = file.read(FILE_KB * 1024 + 1)
        if len(content) > FILE_KB * 1024:
            raise invalid_input("arquivo", f"passa de {FILE_KB} kB")
        texts = _unpacked(content) if content.startswith(b"PK") else {_plain_name(file.filename): _decoded(content)}
    wrong = [path for path in texts if not files.FILE.fullmatch(path)]
    if wrong or sum(path.endswith(".toml") for path in texts) != 1:
        raise invalid_input("arquivo", "deve ser um arquivo .toml, ou um .zip com ele e a pasta modelos, e nada mais")
    return texts


def _there(nome: str) -> dict[str, str]:
    """Return the files of a format. Raises `Recusa` `formato-desconhecido`, also for one that was deleted."""
    now = listing.known(nome)
    if not now:
        raise Recusa("formato-desconhecido", f"O formato “{nome}” foi apagado.")
    return now


def _unpacked(content: bytes) -> dict[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [each for each in archive.infolist() if not each.is_dir()]
            if len(entries) > _MOST_FILES or sum(each.file_size for each in entries) > FILE_KB * 1024:
                raise invalid_input("arquivo", f"descomprimido, passa de {_MOST_FILES} arquivos ou de {FILE_KB} kB")
            return {each.filename: _decoded(archive.read(each)) for each in entries}
    except _DAMAGED as error:
        raise invalid_input("arquivo", "o .zip não se abre: exporte-o de novo") from error


def _decoded(content: bytes) -> str:
    try:
        return content.decode().removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise invalid_input("arquivo", "não é um texto em UTF-8") from None


def _plain_name(filename: str) -> str:
    """Return a name for the format's file from that of the upload."""
    stem = re.sub(r"[^a-z0-9]+", "-", filename.lower().removesuffix(".toml")).strip("-")
    return f"{stem or 'formato'}.toml"


def _name_in(wanted: files.Files) -> str:
    return next(path for path in wanted if path.endswith(".toml")).removesuffix(".toml")


def _why(error: Exception) -> str:
    if isinstance(error, WrongFormat):
        at, whole = words.faults(error.faults)
        return f"Nada foi guardado. {'; '.join([*whole, *at.values()])}"
    if isinstance(error, OSError):
        return f"O arquivo não pôde ser gravado: {faults.of_os(error)}."
    return "Nada foi guardado: o formato mudou depois que esta página foi aberta. Envie o arquivo de novo."
