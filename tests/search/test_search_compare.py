"""Our seals beside the court's list: asked for from the simulated court, or brought in a file."""

import csv
import io
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from searched_seals import Made, act, fill, seal

from printserver import db
from printserver.api.schemas import Comparison
from printserver.clock import local_date
from printserver.search import court_list
from printserver.selo import assemble_code, registro_line
from support.court import Court
from support.office import FEES, Answer, Rig, open_rig

DAY = {"de": "2026-11-20", "ate": "2026-11-20"}
NOVEMBER = {"de": "2026-11-01", "ate": "2026-11-30"}


def ask(rig: Rig, **body: Any) -> Answer:
    return rig.call("POST", "/selos/comparacao", NOVEMBER | body)


def compared(rig: Rig, **body: Any) -> dict[str, Any]:
    answer = ask(rig, **body)
    assert answer.status == 200, answer
    Comparison.model_validate(answer.json)
    return dict(answer.json)


def file(rig: Rig, *lines: str, file_format: str = "csv", **body: Any) -> Answer:
    return ask(rig, lista={"formato": file_format, "conteudo": "\n".join(lines)}, **body)


def results(found: dict[str, Any]) -> dict[str, str]:
    return {each["codigo"]: each["resultado"] for each in found["itens"]}


def counts(found: dict[str, Any]) -> dict[str, int]:
    return {name: count for name, count in found["resumo"].items() if count}


# -- asked for --------------------------------------------------------------------------------------------------------


def test_what_was_reported_conforms_chains_and_exclusions_too(both: tuple[Rig, Court]) -> None:
    rig, _court = both
    fill(rig)
    rig.engine.run_once()
    found = compared(rig)
    assert (counts(found), found["itens"], found["fonte"]) == ({"conforme": 8}, [], "tribunal")
    assert counts(compared(rig, **DAY)) == {"conforme": 7}


def test_seals_that_wait_and_seals_that_were_refused_are_not_missing_there(both: tuple[Rig, Court]) -> None:
    rig, court = both
    refused, reported = seal(rig), seal(rig)
    court.fail("objeta", selos=[refused])
    rig.engine.run_once()
    waiting = seal(rig)
    found = compared(rig)
    assert counts(found) == {"conforme": 1, "pendente": 1, "recusado": 1}
    assert results(found) == {refused: "recusado", waiting: "pendente"}
    assert reported not in results(found)


def test_links_are_compared_once_the_court_has_taken_them(both: tuple[Rig, Court]) -> None:
    rig, court = both
    above, below = seal(rig), seal(rig, "CE")
    rig.engine.run_once()
    link = {"vinculador": above, "vinculados": [below], "escrevente": "maria"}
    assert rig.call("POST", "/vinculos", link).status == 201
    assert counts(compared(rig)) == {"conforme": 2}  # the court has no link yet, and waits for none
    rig.engine.run_once()
    assert court.look_up(below)["vinculador"] == above  # type: ignore[index]
    assert counts(compared(rig)) == {"conforme": 2}


def test_what_only_the_court_has_and_what_differs_stand_side_by_side(both: tuple[Rig, Court]) -> None:
    """The office's tables were put back to an older copy: the court knows more, and other values."""
    rig, court = both
    mine, lost = seal(rig), seal(rig)
    rig.engine.run_once()
    line = registro_line(
        codigo=mine,
        identifier="ATA-9",
        rectified=None,
        party_initials="",
        moment=rig.clock(),
        emolumentos=rig.office.servicos.resolve(
            "certidao-notas", day=local_date(rig.clock()), demonstracao=True, field="", natureza=1
        ),
    )
    with rig.office.db.write() as conn:
        conn.exec_driver_sql("DROP TRIGGER selo_sem_update")
        conn.exec_driver_sql("DROP TRIGGER selo_sem_delete")
        conn.execute(db.selo.delete().where(db.selo.c.codigo == lost))
        conn.execute(db.selo.update().values(registro=line + "assinada"))
    found = compared(rig)
    assert results(found) == {mine: "difere", lost: "nao-consta-aqui"}
    theirs = court.registros[mine]["linha"].split("|")
    fields = {each["campo"]: (each["aqui"], each["la"]) for each in found["itens"][0]["campos"]}
    assert fields["identificador"] == ("ATA-9", "ATA-1")
    assert fields["assinatura"] == ("assinada", theirs[14])
    assert set(fields) >= {"identificador", "assinatura"}


def test_what_the_court_lost_is_told(both: tuple[Rig, Court], tmp_path: Path) -> None:
    rig, _court = both
    code = seal(rig)
    rig.engine.run_once()
    empty = file(rig, "[]", file_format="json").json
    assert results(empty) == {code: "nao-consta-la"}
    assert (empty["itens"][0]["estado"], empty["itens"][0]["data"]) == ("comunicado", "2026-11-20")


def test_a_list_of_many_pages_is_read_to_its_end(both: tuple[Rig, Court], monkeypatch: pytest.MonkeyPatch) -> None:
    rig, _court = both
    for _ in range(5):
        seal(rig)
    rig.engine.run_once()
    monkeypatch.setattr("printserver.simulator.records.PER_PAGE", 2)
    assert counts(compared(rig)) == {"conforme": 5}


def test_t2_a_court_that_is_down_is_said_so_at_once(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("fora")
    answer = ask(rig)
    assert (answer.status, answer.word) == (503, "tribunal-nao-responde")
    assert "carregue a lista de um arquivo" in answer.json["detail"]
    assert answer.headers["Retry-After"]
    court.fail(None)
    assert ask(rig).status == 200


@contextmanager
def dripping(port: int, stop: threading.Event) -> Iterator[None]:
    """A court that sends a byte now and then, and never all."""

    def serve(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not stop.wait(0.05):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", port)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()


def test_t2_a_court_that_answers_without_end_holds_nobody(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {"tribunal": {"url": f"http://127.0.0.1:{port}", "espera_s": 0.3}}
    with open_rig(tmp_path / "casa", settings=settings) as rig, dripping(port, threading.Event()):
        answer = ask(rig)
        assert (answer.status, answer.word) == (503, "tribunal-nao-responde")


def test_without_a_court_a_file_is_asked_for(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa") as rig:
        answer = ask(rig)
        assert (answer.word, answer.json["errors"][0]["campo"]) == ("entrada-invalida", "lista")


# -- from a file ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Made]]:
    with open_rig(tmp_path_factory.mktemp("arquivo") / "casa") as rig:
        yield rig, fill(rig)


def test_the_office_s_own_export_conforms(filled: tuple[Rig, Made]) -> None:
    rig, _made = filled
    exported = rig.call("GET", "/selos/exportacao").json.decode()
    found = file(rig, exported).json
    assert counts(found) == {"conforme": 8}
    assert "estado" in found["colunas_ignoradas"]  # of the seal: nothing that a court would say


IDENTIFIERS = ("3/2026", "10-11", "00123", "12E5", "1,5", "'S-GRAVENHAGE 7", "''x", "=1+1", "+1", "Ação 7")
HEAD = "codigo;data;emolumentos_tabeliao;total;identificador;retifica;escrevente"
SHEET = "Selo;Data do ato;Emolumentos: Tabelião;Emolumentos: ISS;Total;Identificador;;"


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, list[str]]]:
    """An office whose identifiers a spreadsheet would change, and the codes of their seals."""
    fees = dict.fromkeys(FEES, "0.00") | {"tabeliao": "1234.50", "iss": "0.10"}
    with open_rig(tmp_path_factory.mktemp("planilha") / "casa") as rig:
        yield rig, [seal(rig, identificador=text, emolumentos=fees) for text in IDENTIFIERS]


def test_t5_what_is_exported_comes_back_the_same(odd: tuple[Rig, list[str]]) -> None:
    rig, codes = odd
    exported = rig.call("GET", "/selos/exportacao").json.decode("utf-8-sig")
    assert counts(file(rig, exported).json) == {"conforme": len(codes)}
    rows = list(csv.DictReader(io.StringIO(exported), delimiter=";"))
    assert sorted(row["identificador"].removeprefix("'") for row in rows) == sorted(IDENTIFIERS)
    # as a workbook that is saved as CSV gives it, or after someone worked on the cells: no apostrophe is left
    bare = [row | {"identificador": row["identificador"].lstrip("'")} for row in rows]
    for written in (rows, bare):
        for delimiter in ";,\t":
            again = io.StringIO()
            writer = csv.DictWriter(again, list(rows[0]), delimiter=delimiter)
            writer.writeheader()
            writer.writerows(written)
            assert counts(file(rig, again.getvalue()).json) == {"conforme": len(codes)}


# As LibreOffice 7.4 in Portuguese wrote an export, and a workbook as CSV, after it had opened them.
@pytest.mark.parametrize(
    ("head", "line"),
    [
        (HEAD, "{};20/11/26;1234,5;1234,6;'3/2026;;"),
        (HEAD, "{};20/11/2026;1.234,50;1234,60;3/2026"),
        (HEAD, "{};5/1/2026;1234,5;1234,6;'3/2026;;maria;;"),
        (SHEET, "{};20/11/2026;1234,5;0,1;1.234,60;3/2026;;"),
        ("Selo,Situação,Data do ato,Emolumentos: Secretaria da Fazenda,Total", '{},x,20/11/2026,0,"1234,60"'),
        ("selo;data;total", '{};20/11/2026 00:00:00;"R$ 1.234,60"'),
        ("selo;data;total", "{};20/11/2026;1234.6"),
    ],
)
def test_t5_an_export_that_a_spreadsheet_saved_is_read(odd: tuple[Rig, list[str]], head: str, line: str) -> None:
    rig, codes = odd
    found = file(rig, head, line.format(codes[0])).json
    other_day = "5/1/2026" in line
    assert counts(found) == {"difere" if other_day else "conforme": 1, "pendente": len(codes) - 1}
    if other_day:
        (item,) = [each for each in found["itens"] if each["resultado"] == "difere"]
        assert item["campos"] == [{"campo": "data", "aqui": "2026-11-20", "la": "2026-01-05"}]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("{};20/11/2026", "tem 2 colunas; o cabeçalho tem 4"),  # a line that was cut says nothing of its total
        ("{};20/11/2026;1,00;0;x", "tem 5 colunas; o cabeçalho tem 4"),
        ("{};20/11/2026;1.234;0", "escreva 95,12"),  # a thousand, or one and a bit
        ("{};20/11/126;1,00;0", "escreva 20/11/2026"),
    ],
)
def test_t5_what_a_line_does_not_say_is_not_guessed(odd: tuple[Rig, list[str]], line: str, what: str) -> None:
    rig, codes = odd
    refused = file(rig, "selo;data;total;retifica", line.format(codes[0]))
    assert (refused.word, refused.json["errors"][0]["campo"]) == ("entrada-invalida", "linha 2")
    assert what in refused.json["detail"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_t5_a_file_is_read_in_the_encodings_of_spreadsheets(odd: tuple[Rig, list[str]], encoding: str) -> None:
    _rig, codes = odd
    text = f"selo\tidentificador\r\n{codes[-1]}\tAção 7\r\n"
    found = court_list.from_file("csv", text.encode(encoding))
    assert found.itens[codes[-1]].campos == {"identificador": "Ação 7"}


def test_a_list_of_endless_columns_is_refused_at_once(odd: tuple[Rig, list[str]]) -> None:
    rig, codes = odd
    many = ";".join(f"c{n}" for n in range(20_000))
    for answer in (
        file(rig, f"selo;{many}", f"{codes[0]}{';' * 20_000}"),
        file(rig, json.dumps([{"selo": codes[0]} | {f"c{n}": n for n in range(20_000)}]), file_format="json"),
    ):
        assert (answer.word, answer.json["errors"][0]["campo"]) == ("entrada-invalida", "linha 1")
        assert "20001 colunas: no máximo 300" in answer.json["detail"]


def test_each_column_is_compared_in_its_own_form(filled: tuple[Rig, Made]) -> None:
    rig, made = filled
    head = "Código;Data do ato;Valor total;ISS;Identificador;Selo retificado;Ato;Observação"
    right = f"{made['caro'].lower()};20/11/2026 14:30;R$ 95,12;2.78;ATA-1;0;es;x"
    again = f"{made['certo']};2026-11-20;8,00;1,00;ATA-2;{made['trocado']};ES;"
    wrong = f"{made['ontem']};20/11/2026;1.095,12;2,78;=1+1;;CE;"
    found = file(rig, head, right, again, wrong, "", **NOVEMBER).json
    assert found["colunas_ignoradas"] == ["Observação"]
    by_code = {each["codigo"]: each for each in found["itens"]}
    assert made["caro"] not in by_code
    assert made["certo"] not in by_code
    assert by_code[made["ontem"]]["campos"] == [
        {"campo": "data", "aqui": "2026-11-19", "la": "2026-11-20"},
        {"campo": "total_centavos", "aqui": "9512", "la": "109512"},
    ]
    assert by_code[made["isento"]]["resultado"] == "pendente"


def test_a_seal_of_another_day_is_held_beside_ours_of_that_day(filled: tuple[Rig, Made]) -> None:
    rig, made = filled
    found = file(rig, "selo,data", f"{made['ontem']},2026-11-20", **DAY).json
    (item,) = [each for each in found["itens"] if each["codigo"] == made["ontem"]]
    assert (item["resultado"], item["data"]) == ("difere", "2026-11-19")


def test_json_is_read_as_the_court_gives_it(filled: tuple[Rig, Made]) -> None:
    rig, made = filled
    registro = rig.selo(made["caro"])["registro"]
    unknown = str(assemble_code("123456", 1, "ES", f"{999:013}", 26))
    items = [
        {"selo": made["caro"], "situacao": "recebido", "registro": registro, "erros": []},
        {"selo": made["isento"], "situacao": "objetado", "registro": "…"},
        {"selo": unknown, "situacao": "recebido", "registro": registro},
    ]
    found = file(rig, json.dumps({"itens": items, "total": 3}), file_format="json").json
    assert counts(found) == {"conforme": 1, "nao-consta-aqui": 1, "pendente": 7}
    assert results(found)[unknown] == "nao-consta-aqui"
    assert found["colunas_ignoradas"] == []


@pytest.mark.parametrize(
    ("lines", "where", "what"),
    [
        (["data;total", "20/11/2026;1,00"], "linha 1", 'falta a coluna "selo"'),
        (["selo;total", "GOOD;1,00", "1234561CE0000000000030184X;1,00"], "linha 3", ""),
        (["selo;total", "GOOD;mil"], "linha 2", "escreva 95,12"),
        (["selo;total", f"GOOD;{'9' * 5000},00"], "linha 2", "grande demais"),
        (["selo;total", "GOOD;1.00", "GOOD;1.00"], "linha 3", "já está na linha 2"),
        (["selo;data", "GOOD;31/02/2026"], "linha 2", "escreva 20/11/2026"),
        (["selo;data", "GOOD"], "linha 2", "tem 1 colunas; o cabeçalho tem 2"),
        (["selo;valor;total", "GOOD;1,00;1,00"], "linha 1", "duas colunas para total"),
        (["selo;total_centavos", "GOOD;1,00"], "linha 2", "número inteiro de centavos"),
        (["selo;total_centavos", f"GOOD;{'9' * 5000}"], "linha 2", "grande demais"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_by_its_line(
    filled: tuple[Rig, Made], lines: list[str], where: str, what: str
) -> None:
    rig, made = filled
    answer = file(rig, *(line.replace("GOOD", made["caro"]) for line in lines))
    assert (answer.status, answer.word) == (422, "entrada-invalida")
    (error,) = answer.json["errors"]
    assert error["campo"] == where
    assert what in error["mensagem"]


@pytest.mark.parametrize("text", ["{", '{"a": 1}', "[1]", '"x"'])
def test_json_that_is_no_list_is_refused(filled: tuple[Rig, Made], text: str) -> None:
    assert file(filled[0], text, file_format="json").word == "entrada-invalida"


def test_a_period_has_an_end_and_a_limit(filled: tuple[Rig, Made]) -> None:
    rig = filled[0]
    for body in ({"de": "2026-11-21", "ate": "2026-11-20"}, {"de": "2026-01-01", "ate": "2026-04-03"}):
        assert file(rig, "[]", file_format="json", **body).json["errors"][0]["campo"] == "ate"


def test_a3_a_comparison_is_on_record_and_needs_the_right(both: tuple[Rig, Court]) -> None:
    rig, _court = both
    act(rig, seal(rig), "retificacao", emolumentos=dict.fromkeys(FEES, "1.00"))
    rig.engine.run_once()
    compared(rig)
    row = rig.rows(db.log, db.log.c.objeto_id == "comparacao")[-1]
    assert (row["objeto"], row["estado"], row["detalhe"]["resumo"]["conforme"]) == ("tribunal", "feita", 2)


@pytest.mark.parametrize(
    ("file_format", "content", "field", "words"),
    [
        ("csv", "selo" + ";" * 2_000_000, "linha 1", "mais de 1000000 caracteres"),
        ("csv", "selo\n" + ";" * 2_000_000, "linha 2", "mais de 1000000 caracteres"),
        ("csv", "selo\n" + "1" * 200_000, "linha 2", "mais de 131.072 caracteres"),
        ("json", "[" + "{}," * 400_000 + "{}]", "lista", "mais de 300000 selos"),
        ("json", '[{"selo": "x", "total": ' + "1" * 5_000 + "}]", "lista", "é grande demais"),
        ("json", "[" * 100_000, "lista", "não é uma lista de selos"),
    ],
)
def test_a_list_that_no_court_makes_is_refused_before_it_is_built(
    odd: tuple[Rig, list[str]], file_format: str, content: str, field: str, words: str
) -> None:
    rig, _codes = odd
    answer = ask(rig, lista={"formato": file_format, "conteudo": content})
    assert (answer.status, answer.word) == (422, "entrada-invalida")
    (error,) = answer.json["errors"]
    assert error["campo"] == field and words in error["mensagem"]
