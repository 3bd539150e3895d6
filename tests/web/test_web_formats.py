"""Formats at the screens: fields, template, versions, proof, files; a change is in force at the next print (P1, A3)."""

import fcntl
import io
import re
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from web_cases import messages
from web_rig import Clock, Person, Rig, open_office
from werkzeug.test import TestResponse

from printserver import db, jobs
from printserver.delivery import printout
from printserver.formats import Formats, files
from printserver.office import act, format_versions
from printserver.rendering import LayoutRequest
from printserver.rendering.page_pictures import draw_page
from printserver.rendering.preview import printed
from printserver.server.app import create_app

FIXED = {
    "f.bloco.onde": "ultima",
    "f.bloco.canto": "inferior-esquerdo",
    "f.bloco.x": "30",
    "f.bloco.y": "25",
    "f.bloco.largura": "160",
    "f.bloco.altura": "46,3",
    "f.margens.inferior": "85",
}


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_office(tmp_path_factory.mktemp("formatos") / "serventia", Clock()) as opened:
        with opened.office.db.write() as conn:
            values = {"serventia_id": 1, "nome": "segura", "tipo": "pasta", "destino": "/tmp", "padrao": False}
            conn.execute(sa.insert(db.fila).values(**values, papel_numerado=True, criada_em=opened.clock()))
        yield opened


@pytest.fixture(scope="module")
def app(rig: Rig) -> Flask:
    return create_app(rig.office)


@pytest.fixture(scope="module")
def tereza(app: Flask) -> Person:
    return _person(app, "tereza")


def _person(app: Flask, usuario: str) -> Person:
    person = Person(app.test_client())
    assert person.login(usuario).status_code == 303
    return person


class _Sent(HTMLParser):
    """What a browser would send of each posted form of a page: names and values in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: dict[str, list[tuple[str, str]]] = {}
        self._form: list[tuple[str, str]] = []
        self._select: tuple[str, list[tuple[str, bool]]] | None = None
        self._area: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "form":
            self._form = self.forms.setdefault(found.get("action", ""), []) if found.get("method") == "post" else []
        elif tag == "input" and name and found.get("type") not in ("file", "submit"):
            if found.get("type") not in ("checkbox", "radio") or "checked" in found:
                self._form.append((name, found.get("value", "")))
        elif tag == "textarea" and name:
            self._area = [name, ""]
        elif tag == "select" and name and name != "folha":
            self._select = (name, [])
        elif tag == "option" and self._select is not None:
            self._select[1].append((found.get("value", ""), "selected" in found))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            name, options = self._select
            chosen = [value for value, selected in options if selected] or [value for value, _ in options[:1]]
            self._form += [(name, value) for value in chosen]
            self._select = None
        if tag == "textarea" and self._area is not None:
            self._form.append((self._area[0], self._area[1].removeprefix("\n")))
            self._area = None


def form(person: Person, page: str, to: str | None = None) -> dict[str, Any]:
    """Return the fields of the form of a page; those with several values as a list."""
    answer = person.get(page)
    assert answer.status_code == 200, shown(answer)
    return fields_of(answer.get_data(as_text=True), to or page)


def fields_of(page: str, to: str) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in _Sent(page).forms[to]:
        found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def shown(answer: TestResponse) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def path(nome: str, part: str = "") -> str:
    return f"/ajustes/formatos/{nome}" + (f"/{part}" if part else "")


def save(person: Person, nome: str, **typed: str) -> TestResponse:
    fields = form(person, path(nome)) | typed
    return person.client.post(path(nome), data=fields | {"acao": "guardar"})


def copied(person: Person, nome: str, new: str) -> str:
    answer = person.client.post(path(nome, "copiar"), data=form(person, path(nome, "copiar")) | {"novo": new})
    assert answer.status_code == 303, shown(answer)
    return new


def folder(rig: Rig) -> Path:
    return rig.office.instance / "formatos"


def logged(rig: Rig, nome: str) -> list[tuple[str, str | None, Any]]:
    query = sa.select(db.log.c.estado, db.log.c.quem, db.log.c.detalhe)
    where = (db.log.c.objeto == "formato", db.log.c.objeto_id == nome)
    with rig.office.db.read() as conn:
        return [(row[0], row[1], row[2]) for row in conn.execute(query.where(*where).order_by(db.log.c.n))]


# -- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_says_what_prints_with_each_format_and_who_changed_it(rig: Rig, tereza: Person) -> None:
    copied(tereza, "certidao", "certidao-da-lista")
    page = shown(tereza.get("/ajustes/formatos"))
    for nome in rig.office.formatos.names():
        assert nome in page
    assert re.search(r"certidao-da-lista .*?da serventia .*?só quando o pedido o nomeia .*?Tereza Lima", page)
    assert re.search(r"livro Livro de notas em A4 210 × 297 mm do programa Minuta, Livro", page)
    assert "Formatos" in shown(tereza.get("/ajustes"))


# -- the preview is the print -----------------------------------------------------------------------------------------


def test_p1_the_page_of_the_editor_is_that_of_a_print_to_the_pixel(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "livro", "livro-igual")
    assert save(tereza, nome, **{"f.margens.inferior": "60", "f.campos.1.y": "20"}).status_code == 303
    document = {"tipo": "livro", "instrumento": rig.instrumento()}
    asked = {"documento": document, "escrevente": "maria", "formato": nome}
    job_id = jobs.accept(rig.office, rig.autor, asked, None).job["id"]
    rig.engine.run_once()
    pdf = (rig.office.instance / "saida" / "notas" / f"{job_id}.pdf").read_bytes()
    with rig.office.db.read() as conn:
        row: Any = dict(conn.execute(sa.select(db.job).where(db.job.c.id == job_id)).mappings().one())
    page_format = rig.office.formatos.get(nome)
    request: LayoutRequest = printout.job_request(rig.office, row, page_format)
    stamp = printout._stamp(row["carimbo"])  # what this print added to its pages
    preview = printed(rig.office.render, request, lambda _pages: stamp)
    assert draw_page(preview.pdf, 1, 1320) == draw_page(pdf, 1, 1320) is not None


def test_p1_a_proof_prints_the_page_that_is_shown_and_is_on_record(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "certidao", "certidao-da-prova")
    assert save(tereza, nome, **FIXED).status_code == 303
    page = tereza.get(path(nome)).get_data(as_text=True)
    image = re.findall(r'<img src="(/ajustes/formatos/[^"]+)"', page)[0]
    drawn = tereza.get(image)
    assert drawn.mimetype == "image/png"
    fields = form(tereza, path(nome, "prova"))
    for _ in range(2):  # a double click
        assert tereza.client.post(path(nome, "prova"), data=fields | {"fila": "notas"}).status_code == 303
    prints = list((rig.office.instance / "saida" / "notas").glob("prova-*.pdf"))
    assert len(prints) == 1
    side = int(re.findall(r"/(\d+)\.png", image)[0])
    assert draw_page(prints[0].read_bytes(), side, 660) == drawn.data
    entries = [each for each in logged(rig, nome) if each[0] == "prova"]
    assert [(each[1], each[2]["fila"]) for each in entries] == [("tereza", "notas")]
    assert _text(prints[0]).count("PROVA SEM VALOR LEGAL") >= 2
    with rig.office.db.read() as conn:  # no seal of the office stands on it
        codes = list(conn.execute(sa.select(db.selo.c.codigo)).scalars())
    assert codes and not any(code in _text(prints[0]) for code in codes)


def _text(pdf: Path) -> str:
    return subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True, text=True).stdout


def test_p5_a_proof_uses_no_numbered_paper(tereza: Person) -> None:
    page = tereza.get(path("certidao", "prova")).get_data(as_text=True)
    assert "segura" not in page
    fields = form(tereza, path("certidao", "prova")) | {"fila": "segura"}
    answer = tereza.client.post(path("certidao", "prova"), data=fields)
    assert answer.status_code == 422 and "escolha uma das opções" in shown(answer)


# -- a change takes effect --------------------------------------------------------------------------------------------


def test_p1_a_change_is_in_force_for_the_next_print_of_every_process(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "certidao", "certidao-dois")
    engine = Formats(rig.office.instance)  # as another process has them
    before = engine.get(nome)
    assert save(tereza, nome, **{"f.margens.superior": "44,4"}).status_code == 303
    assert engine.get(nome).margens.superior == 44.4
    assert engine.get(nome).versao == rig.office.formatos.get(nome).versao != before.versao


def test_s12_a_print_keeps_the_templates_that_it_was_planned_with(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "avulso", "avulso-modelo")
    _template(tereza, nome, lambda text: text.replace("{{ bloco }}", "{{ bloco }}") + "\n")
    planned = rig.office.formatos.get(nome)
    _template(tereza, nome, lambda text: text.replace("{{ corpo }}", "<p>OUTRO MODELO</p>{{ corpo }}"), own=True)
    request = LayoutRequest(planned, {"tipo": "avulso", "titulo": "Recibo"}, ("texto", "Recebi."), {}, None)
    layout = rig.office.render.layout(request)
    assert "OUTRO MODELO" not in _text(rig.office.render.pdf(layout.hash))
    newest = rig.office.render.layout(
        LayoutRequest(rig.office.formatos.get(nome), request.dados, request.corpo, {}, None)
    )
    assert "OUTRO MODELO" in _text(rig.office.render.pdf(newest.hash))


def _template(person: Person, nome: str, change: Any, *, own: bool = False) -> TestResponse:
    fields = form(person, path(nome, "modelo"))
    text = fields["modelo"]
    if not own:  # one that writes all by itself, so that a change of it is seen
        text = "<html><body>{{ corpo }}{{ bloco }}</body></html>"
    answer = person.client.post(path(nome, "modelo"), data=fields | {"modelo": change(text), "acao": "guardar"})
    assert answer.status_code == 303, shown(answer)
    return answer


def test_p1_nobody_reads_a_format_with_half_of_its_files_changed(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "avulso", "avulso-inteiro")
    place, seen, done = folder(rig), list[tuple[float, bool]](), threading.Event()
    text = (place / f"{nome}.toml").read_text()
    template = "<html><body>{{ corpo }}{{ bloco }}<i>%s</i></body></html>"

    def read() -> None:
        formats = Formats(rig.office.instance)
        while not done.is_set():
            found = formats.get(nome)
            seen.append((found.margens.superior, f"<i>{found.margens.superior}</i>" in found.modelos[found.template]))

    own = text.replace('"avulso.html"', f'"modelo-{nome}.html"')
    with files.writing(place):
        files.write(place, {f"{nome}.toml": _top(own, 30.0), f"modelos/modelo-{nome}.html": template % 30.0})
    reader = threading.Thread(target=read)
    reader.start()
    written = 0
    while len({top for top, _ in seen}) < 4 and written < 2000:
        written += 1
        top = 31.0 + written % 7
        with files.writing(place):
            files.write(place, {f"modelos/modelo-{nome}.html": template % top, f"{nome}.toml": _top(own, top)})
    done.set()
    reader.join()
    assert all(whole for _, whole in seen)
    assert len({top for top, _ in seen}) >= 4


def _top(text: str, top: float) -> str:
    return re.sub(r"superior = [\d.]+", f"superior = {top}", text)


# -- fields -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def fields(tereza: Person) -> dict[str, Any]:
    """The form of the shipped certidão, which no test changes."""
    return form(tereza, path("certidao"))


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"f.pagina.largura": "20"}, "f.pagina.largura", "no mínimo 70"),
        ({"f.margens.superior": "30,25"}, "f.margens.superior", "no máximo uma casa decimal"),
        ({"f.margens.superior": "muito"}, "f.margens.superior", "deve ser um número, como 26,5"),
        ({"f.margens.superior": ""}, "f.margens.superior", "preencha este campo"),
        ({"f.descricao": ""}, "f.descricao", "preencha este campo"),
        ({"f.fontes.tamanho": "90"}, "f.fontes.tamanho", "no máximo 18"),
        ({"f.faces": "três"}, "f.faces", "escolha uma das opções"),
        ({"f.bloco.onde": "ultima"}, "f.bloco.x", "preencha este campo"),
        (FIXED | {"f.margens.inferior": "30"}, "f.bloco.x", "fica sobre área do texto"),
        (FIXED | {"f.bloco.x": "100"}, "f.bloco.x", "sai da página"),
        (FIXED | {"f.bloco.altura": "20"}, "f.bloco.altura", "no mínimo 46,3 mm"),
        ({"f.bloco.qr_lado": "20"}, "f.bloco.qr_lado", "menor que o permitido"),
        ({"f.campos.1.texto": "{vento}"}, "f.campos.1.texto", "variável desconhecida {vento}"),
        ({"f.campos.1.y": "60"}, "f.campos.1.x", "fica sobre área do texto"),
        ({"f.margens.esquerda": "190"}, "f.margens.superior", "o mínimo é 40 × 40 mm"),
    ],
)
def test_a7_a_wrong_field_is_told_beside_it_and_nothing_is_kept(
    rig: Rig, tereza: Person, fields: dict[str, Any], typed: dict[str, str], field: str, said: str
) -> None:
    before = rig.office.formatos.get("certidao").versao
    answer = tereza.client.post(path("certidao"), data=fields | typed | {"acao": "guardar"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    told = re.findall(rf'id="erro-{re.escape(field)}">(.*?)</p>', page)
    assert told and said in unescape(told[0]), shown(answer)
    assert not re.search(r"\b[a-z_]+\.[a-z_]+\b", told[0])
    assert f'href="#erro-{field}"' in page
    assert rig.office.formatos.get("certidao").versao == before and not (folder(rig) / "certidao.toml").exists()
    live = tereza.client.post(path("certidao", "pagina"), data=fields | typed).json
    assert live is not None and live["estado"] is None
    assert said in live["erros"][field]


def test_a7_fields_show_unit_and_limits_of_the_model(tereza: Person) -> None:
    page = tereza.get(path("certidao")).get_data(as_text=True)
    assert re.search(r'Largura do papel <span class="unidade">\(mm\)</span>', page)
    assert re.search(r'name="f.pagina.largura"[^>]*title="de 70 a 420"', page)
    assert re.search(r'name="f.fontes.tamanho"[^>]*title="de 7 a 18"', page)
    for variable in ("{pagina}", "{folha}", "{papel}"):
        assert variable in page
    names = tereza.get(path("certidao", "modelo")).get_data(as_text=True)
    assert "<code>serventia.nome</code>" in names and "Cartório de Demonstração" in names


def test_a7_a_field_that_the_form_does_not_have_is_refused(tereza: Person) -> None:
    unknown = {"desconto": "10"}
    answer = save(tereza, "certidao", **unknown)
    assert answer.status_code == 422 and "desconto" in shown(answer)


def test_lines_of_the_header_are_added_and_taken_away(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "certidao", "certidao-linhas")
    fields = form(tereza, path(nome))
    answer = tereza.client.post(path(nome), data=fields | {"acao": "mais:campos"})
    assert 'name="f.campos.4.texto"' in answer.get_data(as_text=True)
    more = {"texto": "Nova {titulo}", "canto": "superior-esquerdo", "x": "30", "y": "14", "largura": "80"}
    more |= {"alinhamento": "esquerda", "tamanho": "9", "fonte": "serifa", "paginas": "demais"}
    assert save(tereza, nome, **{f"f.campos.4.{name}": value for name, value in more.items()}).status_code == 303
    assert rig.office.formatos.get(nome).campos[4].texto == "Nova {titulo}"
    fields = form(tereza, path(nome))
    page = tereza.client.post(path(nome), data=fields | {"acao": "tirar:campos.0"}).get_data(as_text=True)
    kept = fields_of(page, path(nome))
    assert tereza.client.post(path(nome), data=kept | {"acao": "guardar"}).status_code == 303
    found = rig.office.formatos.get(nome)
    assert found.campos[0].texto == "Página {pagina} de {paginas}" and len(found.campos) == 4


def test_what_the_form_does_not_change_stays_in_the_file_as_it_was_written(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "traslado", "traslado-comentado")
    file = folder(rig) / f"{nome}.toml"
    file.write_text(f"# do tabelião\n{file.read_text()}")
    before = file.read_text()
    assert save(tereza, nome, **{"f.margens.direita": "21"}).status_code == 303
    assert file.read_text() == before.replace("direita = 20.0", "direita = 21.0", 1)


# -- versions ---------------------------------------------------------------------------------------------------------


def test_a3_every_change_is_kept_with_who_when_and_difference_and_can_be_put_back(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "livro", "livro-versoes")
    assert save(tereza, nome, **{"f.margens.superior": "35", "motivo": "carimbo novo"}).status_code == 303
    page = shown(tereza.get(path(nome, "versoes")))
    assert "Tereza Lima mudado na tela carimbo novo" in page and "copiado de outro formato" in page
    assert "-superior = 30.0 +superior = 35.0" in page
    fields = form(tereza, path(nome, "versoes"))
    answer = tereza.client.post(path(nome, "versoes"), data=fields | {"numero": "1"})
    assert answer.status_code == 303
    assert rig.office.formatos.get(nome).margens.superior == 30.0
    assert [each.origem for each in format_versions.versions(rig.office, nome)] == ["volta", "tela", "copiado"]
    kept = [(state, who, detail["depois"]["versao"]) for state, who, detail in logged(rig, nome)]
    assert kept == [("copiado", "tereza", 1), ("tela", "tereza", 2), ("volta", "tereza", 3)]
    assert logged(rig, nome)[1][2]["antes"]["versao"] == 1 and logged(rig, nome)[1][2]["motivo"] == "carimbo novo"


def test_a3_a_file_changed_by_hand_counts_and_is_kept_as_a_version(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "livro", "livro-mao")
    file = folder(rig) / f"{nome}.toml"
    file.write_text(file.read_text().replace("superior = 30.0", "superior = 36.6"))
    assert 'value="36,6"' in tereza.get(path(nome)).get_data(as_text=True)
    page = shown(tereza.get(path(nome, "versoes")))
    assert "mudado à mão, no arquivo" in page and "+superior = 36.6" in page
    assert [each.origem for each in format_versions.versions(rig.office, nome)] == ["mao", "copiado"]
    file.write_bytes(b"\xff\x00")
    assert "não é um texto em UTF-8" in shown(tereza.get(path(nome)))
    file.write_text("tipo = 3")
    broken = tereza.get(path(nome))
    assert broken.status_code == 200 and "mudado à mão e não se lê" in shown(broken)
    assert nome in shown(tereza.get("/ajustes/formatos"))
    fields = form(tereza, path(nome, "versoes"))
    assert tereza.client.post(path(nome, "versoes"), data=fields | {"numero": "2"}).status_code == 303
    assert rig.office.formatos.get(nome).margens.superior == 36.6


def test_a3_nobody_keeps_a_version_while_a_change_by_hand_is_noticed(
    rig: Rig, tereza: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    nome = copied(tereza, "livro", "livro-mao-2")
    file = folder(rig) / f"{nome}.toml"
    file.write_text(file.read_text().replace("superior = 30.0", "superior = 36.6"))
    held = []

    def acting(*given: Any) -> Any:  # between the reading of the files and the transaction
        with (folder(rig) / files._LOCK).open("rb+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.append(True)
        return act.acting(*given)

    monkeypatch.setattr(format_versions, "acting", acting)
    assert [each.origem for each in format_versions.versions(rig.office, nome)] == ["mao", "copiado"]
    assert held == [True]


def test_a7_of_two_tabs_the_second_is_refused_with_what_changed(rig: Rig, app: Flask, tereza: Person) -> None:
    nome = copied(tereza, "livro", "livro-abas")
    colleague = _person(app, "rui")
    mine, theirs = form(tereza, path(nome)), form(colleague, path(nome))
    theirs |= {"f.margens.superior": "37", "acao": "guardar"}
    assert colleague.client.post(path(nome), data=theirs).status_code == 303
    mine |= {"f.margens.superior": "38", "acao": "guardar"}
    answer = tereza.client.post(path(nome), data=mine)
    page = shown(answer)
    assert answer.status_code == 409 and rig.office.formatos.get(nome).margens.superior == 37.0
    assert "Quem mudou: Rui Prado" in page and "+superior = 37.0" in page
    assert 'value="38"' in answer.get_data(as_text=True)  # what was typed is not lost


def test_a7_a_double_click_keeps_one_version(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "livro", "livro-duas-vezes")
    fields = form(tereza, path(nome)) | {"f.margens.superior": "39", "acao": "guardar"}
    for _ in range(2):
        assert tereza.client.post(path(nome), data=fields).status_code == 303
    assert len(format_versions.versions(rig.office, nome)) == 2


def test_a3_a_disk_that_cannot_be_written_changes_nothing(
    rig: Rig, tereza: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    nome = copied(tereza, "avulso", "avulso-disco")
    before = format_versions.current(rig.office, nome)
    fields = form(tereza, path(nome, "modelo"))
    (folder(rig) / "modelos").mkdir(exist_ok=True)
    real = files.write_whole

    def full(file: Path, content: bytes) -> None:
        if file.suffix == ".toml" and content != before[f"{nome}.toml"].encode():
            raise OSError(28, "No space left on device")
        real(file, content)

    monkeypatch.setattr(files, "write_whole", full)
    text = "<html><body>{{ corpo }}{{ bloco }}</body></html>"
    answer = tereza.client.post(path(nome, "modelo"), data=fields | {"modelo": text, "acao": "guardar"})
    assert answer.status_code == 503 and "não pôde ser gravado" in shown(answer)
    assert format_versions.current(rig.office, nome) == before
    assert not (folder(rig) / "modelos" / f"modelo-{nome}.html").exists()
    assert len(format_versions.versions(rig.office, nome)) == 1


# -- templates --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ corpo }}\n{{ bloco }}\n{% if %}", "linha 3"),
        ("{{ corpo }}\n{{ bloco }}\n{% endi %}", "linha 3: modelo inválido: o comando “endi” não existe"),
        ("{{ corpo }}{{ bloco }}\n{{ serventia.telefone }}", "linha 2: pede um dado que não existe"),
        ("{{ corpo }}{{ bloco }}{{ segredo }}", "variável desconhecida segredo"),
        ('{{ corpo }}{{ bloco }}{{ ""["__class__"] }}', "unsafe"),
        ("{{ corpo }}", "deve escrever {{ bloco }} uma vez só"),
    ],
)
def test_s12_a_wrong_template_is_told_with_its_line_and_not_kept(
    rig: Rig, tereza: Person, template: str, said: str
) -> None:
    fields = form(tereza, path("certidao", "modelo")) | {"modelo": template, "acao": "guardar"}
    answer = tereza.client.post(path("certidao", "modelo"), data=fields)
    assert answer.status_code == 422 and said in shown(answer)
    assert not (folder(rig) / "modelos" / "modelo-certidao.html").exists()
    live = tereza.client.post(path("certidao", "pagina"), data=fields).json
    assert live is not None and said in live["erros"]["modelo"]


def test_p1_a_template_that_others_use_changes_for_this_format_alone(rig: Rig, tereza: Person) -> None:
    one, two = copied(tereza, "certidao", "certidao-um"), copied(tereza, "certidao", "certidao-outra")
    fields = form(tereza, path(one, "modelo"))
    changed = fields["modelo"].replace("O referido é verdade", "O aqui referido é verdade")
    typed = fields | {"modelo": changed, "estilo": ".corpo { color: #222 }", "acao": "guardar"}
    assert tereza.client.post(path(one, "modelo"), data=typed).status_code == 303
    assert rig.office.formatos.get(one).template == f"modelo-{one}.html"
    assert rig.office.formatos.get(two).template == "certidao.html"
    third = copied(tereza, one, "certidao-terceira")  # has the template of the first
    fields = form(tereza, path(third, "modelo"))
    typed = fields | {"modelo": fields["modelo"].replace("aqui referido", "ora referido"), "acao": "guardar"}
    assert tereza.client.post(path(third, "modelo"), data=typed).status_code == 303
    assert "aqui referido" in rig.office.formatos.get(one).modelos[f"modelo-{one}.html"]
    assert "ora referido" in rig.office.formatos.get(third).modelos[f"modelo-{third}.html"]


# -- copies, files, deletion ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("new", ["Certidão", "a b", "../x", "certidao", "", "x" * 61])
def test_a7_a_copy_needs_a_new_name_that_serves(rig: Rig, tereza: Person, new: str) -> None:
    fields = form(tereza, path("certidao", "copiar")) | {"novo": new}
    assert tereza.client.post(path("certidao", "copiar"), data=fields).status_code == 422
    assert not (folder(rig) / "certidao.toml").exists()


def test_p1_a_format_goes_to_another_office_by_its_file(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "certidao", "certidao-viaja")
    plain = tereza.get(path(nome, "exportar"))
    assert plain.data.decode() == (folder(rig) / f"{nome}.toml").read_text()
    fields = form(tereza, path(nome, "modelo"))
    typed = fields | {"modelo": fields["modelo"].replace("dou fé", "dou minha fé"), "acao": "guardar"}
    assert tereza.client.post(path(nome, "modelo"), data=typed).status_code == 303
    packed = tereza.get(path(nome, "exportar"))
    with zipfile.ZipFile(io.BytesIO(packed.data)) as archive:
        assert sorted(archive.namelist()) == [f"{nome}.toml", f"modelos/modelo-{nome}.html"]
    delete = form(tereza, path(nome, "apagar")) | {"confirmo": "sim"}
    assert tereza.client.post(path(nome, "apagar"), data=delete).status_code == 303
    assert nome not in rig.office.formatos.names()
    assert not (folder(rig) / "modelos" / f"modelo-{nome}.html").exists()
    seen = _bring(tereza, packed.data, f"formato-{nome}.zip")
    assert seen.status_code == 200 and f"Cria o formato {nome}" in shown(seen)
    assert nome not in rig.office.formatos.names()  # shown before it is kept
    again = dict(_Sent(seen.get_data(as_text=True)).forms["/ajustes/importar-formato"]) | {"confirmo": "sim"}
    assert tereza.client.post("/ajustes/importar-formato", data=again).status_code == 303
    assert "dou minha fé" in rig.office.formatos.get(nome).modelos[f"modelo-{nome}.html"]
    assert [each.origem for each in format_versions.versions(rig.office, nome)][:2] == ["importado", "apagado"]


def _bring(person: Person, content: bytes, name: str) -> TestResponse:
    fields = form(person, "/ajustes/importar-formato") | {"arquivo": (io.BytesIO(content), name)}
    return person.client.post("/ajustes/importar-formato", data=fields, content_type="multipart/form-data")


def _zip(entries: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"tipo = 3", "x.toml", "Não se guarda assim"),
        (b"\xff\xfe", "x.toml", "não é um texto em UTF-8"),
        (b"PK\x03\x04 nada", "x.zip", "não se abre"),
        (_zip({"../fora.toml": b""}), "x.zip", "e nada mais"),
        (_zip({"a.toml": b"", "b.toml": b""}), "x.zip", "e nada mais"),
        (_zip({"a.toml": b"0" * 9_000_000}), "x.zip", "passa de"),
        (b"#" * 300_000, "x.toml", "passa de 256 kB"),
    ],
)
def test_a7_a_file_that_is_no_format_is_refused(rig: Rig, tereza: Person, content: bytes, name: str, said: str) -> None:
    before = set(folder(rig).rglob("*"))
    answer = _bring(tereza, content, name)
    assert answer.status_code == 422 and said in shown(answer)
    assert set(folder(rig).rglob("*")) == before


def test_p1_a_format_in_use_is_not_deleted(rig: Rig, tereza: Person) -> None:
    nome = copied(tereza, "avulso", "avulso-em-uso")
    document = {"tipo": "avulso", "corpo": {"formato": "texto", "conteudo": "Recebi."}, "id": "R-1"}
    jobs.accept(rig.office, rig.autor, {"documento": document, "escrevente": "maria", "formato": nome}, None)
    page = tereza.get(path(nome, "apagar"))
    assert "serviu a uma impressão" in shown(page)
    token = tereza.hidden("/conta", "/sair")["csrf_token"]
    base = files.digest(format_versions.current(rig.office, nome))
    answer = tereza.client.post(path(nome, "apagar"), data={"csrf_token": token, "base": base, "confirmo": "sim"})
    assert answer.status_code == 409 and nome in rig.office.formatos.names()


def test_p1_the_format_of_the_program_is_in_force_again_where_the_offices_is_deleted(rig: Rig, tereza: Person) -> None:
    shipped = rig.office.formatos.get("ficha").versao
    assert save(tereza, "ficha", **{"f.margens.superior": "27"}).status_code == 303
    assert rig.office.formatos.get("ficha").margens.superior == 27.0
    assert [each.origem for each in format_versions.versions(rig.office, "ficha")] == ["tela", "programa"]
    fields = form(tereza, path("ficha", "apagar")) | {"confirmo": "sim"}
    assert tereza.client.post(path("ficha", "apagar"), data=fields).status_code == 303
    assert rig.office.formatos.get("ficha").versao == shipped
    assert format_versions.versions(rig.office, "ficha")[0].origem == "apagado"


def test_s12_what_the_screens_keep_is_what_the_check_accepts(rig: Rig, tereza: Person) -> None:
    copied(tereza, "certidao-civil", "certidao-civil-nossa")
    answer = save(tereza, "certidao-civil-nossa", **{"f.fontes.tamanho": "10,5"})
    assert answer.status_code == 303, messages(answer)
    assert Formats(rig.office.instance).check_all() == []


def test_a5_an_escrevente_sees_no_formats(app: Flask) -> None:
    maria = _person(app, "maria")
    for page in ("/ajustes/formatos", path("certidao"), path("certidao", "exportar"), "/ajustes/importar-formato"):
        assert maria.get(page).status_code == 403


def test_a_deleted_format_is_neither_copied_nor_exported(rig: Rig, tereza: Person) -> None:
    copied(tereza, "certidao", "que-se-apaga")
    fields = form(tereza, path("que-se-apaga", "apagar")) | {"confirmo": "sim"}
    assert tereza.client.post(path("que-se-apaga", "apagar"), data=fields).status_code == 303
    for part in ("copiar", "exportar"):
        assert tereza.get(path("que-se-apaga", part)).status_code == 404


def test_s12_a_file_broken_by_hand_is_shown_as_it_is_at_every_page_of_its_format(rig: Rig, tereza: Person) -> None:
    copied(tereza, "certidao", "quebrado")
    (rig.office.instance / "formatos" / "quebrado.toml").write_text('tipo = "certidao"\n[[', "utf-8")
    for part in ("", "modelo"):
        answer = tereza.get(path("quebrado", part))
        assert answer.status_code == 200
        assert "quebrado.toml" in shown(answer)


@pytest.mark.parametrize("damage", [b"PK\x03\x04nada", b"deflate", b"name"])
def test_a_damaged_archive_is_refused(tereza: Person, damage: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.toml", b"x = 1\n" * 400)
    content = bytearray(packed.getvalue())
    if damage == b"deflate":
        content[36:60] = b"\xff" * 24
    elif damage == b"name":
        content = content.replace(b"a.toml", b"\xff\xfetoml")
    else:
        content = bytearray(damage)
    page = "/ajustes/importar-formato"
    fields = form(tereza, page) | {"arquivo": (io.BytesIO(bytes(content)), "a.zip")}
    assert tereza.client.post(page, data=fields, content_type="multipart/form-data").status_code == 422


def test_a_number_in_other_digits_is_no_version(tereza: Person) -> None:
    copied(tereza, "certidao", "com-versoes")
    assert tereza.get(path("com-versoes", "versoes") + "?de=²&a=1").status_code == 422
