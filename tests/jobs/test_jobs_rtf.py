"""RTF bodies through HTTP: filled, sealed, refused; the places of seal, code and fees in the text (N7, P4, P6, S12)."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from support import civil_documents as civil
from support.office import FEES, Rig, pages, qr_codes, text

DATA = Path(__file__).parent.parent / "data" / "rtf"
PLAIN = r"{\rtf1\ansi\deff0{\fonttbl{\f0 Arial;}}\f0\fs24 Saibam quantos esta virem, que \'e9 assim: a\'e7\'e3o.\par}"


def rtf(content: str) -> dict[str, str]:
    return {"formato": "rtf", "conteudo": content}


def of(paragraphs: str) -> dict[str, str]:
    return rtf(r"{\rtf1\ansi\deff0{\fonttbl{\f0 Times New Roman;}}\f0\fs24 " + paragraphs + r"\par}")


def flat(pdf: bytes) -> str:
    return " ".join(text(pdf).split())


def test_an_rtf_body_prints_as_text_and_as_base64_the_same(rig: Rig) -> None:
    one = rig.printed(rig.certidao(corpo=rtf(PLAIN)))
    two = rig.printed(rig.certidao(corpo=rtf(base64.b64encode(PLAIN.encode()).decode())))
    for job in (one, two):
        pdf = rig.pdf(job["id"])
        assert "Saibam quantos esta virem, que é assim: ação." in flat(pdf)
        assert job["selos"][0]["codigo"] in text(pdf)
        assert len(qr_codes(pdf)) == 1


@pytest.mark.parametrize("tipo", ["livro", "traslado", "assento", "certidao_civil"])
def test_rtf_is_taken_by_documents_of_both_naturezas(rig: Rig, tipo: str) -> None:
    corpo = of("Texto do ato, lido e achado conforme.")
    if tipo in ("livro", "traslado"):
        instrumento = rig.instrumento(corpo=corpo)
        job = rig.printed({"tipo": "livro", "instrumento": instrumento})
        if tipo == "traslado":
            job = rig.printed(rig.traslado(instrumento["id"]))
    elif tipo == "assento":
        job = rig.printed(civil.page(civil.assento(1) | {"corpo": corpo}))
    else:
        of_record = civil.assento(1, de_antes=True)
        job = rig.printed(civil.certidao(1, assento=of_record, campos=None, corpo=corpo, **civil.VALUE))
    assert "Texto do ato, lido e achado conforme." in flat(rig.pdf(job["id"]))


def test_n7_p6_the_seal_stands_where_the_qr_has_its_place_and_the_code_where_it_is_named(rig: Rig) -> None:
    corpo = of(r"{\b <QRCode>}\par Primeira linha.\par Selo: <SeloDigitalCertidao>. Custas: <CUSTAS_CERTIDAO>")
    document = rig.certidao(corpo=corpo, emolumentos=FEES)
    job = rig.printed({k: v for k, v in document.items() if "isen" not in k}, formato="certidao-corpo")
    pdf = rig.pdf(job["id"])
    said = flat(pdf)
    (codigo,) = (each["codigo"] for each in job["selos"])
    assert f"Selo: {codigo}. Custas:" in said
    assert said.index("Primeira linha") < said.index("Custas:")
    assert qr_codes(pdf) == [rig.selo(codigo)["qr"]["url"]]
    assert "R$ 95,12" in said
    assert "<" not in said


def test_s12_a_variable_without_a_value_is_refused_before_a_seal_and_said_of_a_minuta(rig: Rig) -> None:
    corpo = of(r"Eu, <Nome_\b Noivo>\b0 , e <Nome_Noiva>, em <CARTORIO_CIDADE_MIN>. <> e < 10 s\'e3o texto.")
    before = rig.state()
    found = rig.post(rig.livro(corpo=corpo))
    assert (found.status, found.word) == (422, "variavel-sem-valor")
    assert [each["mensagem"] for each in found.json["errors"]] == [
        "<Nome_Noivo> está sem valor",
        "<Nome_Noiva> está sem valor",
    ]
    assert rig.state() == before
    draft = rig.printed({"tipo": "minuta", "instrumento": rig.instrumento(corpo=corpo)})
    assert any("<Nome_Noivo>, <Nome_Noiva>" in each["mensagem"] for each in draft["avisos"])
    assert "<Nome_Noivo>" in flat(rig.pdf(draft["id"]))
    assert "<CARTORIO_CIDADE_MIN>" not in flat(rig.pdf(draft["id"]))


def test_the_marks_of_the_contract_are_filled_in_rtf_too(rig: Rig) -> None:
    body = of(r"Total: [[TO\b TAL]]\b0 . Papel: [[PAPEL]].")
    document = rig.certidao(corpo=body, emolumentos=FEES)
    job = rig.printed({k: v for k, v in document.items() if "isen" not in k}, papel_seguranca=["C7"])
    assert "Total: R$ 95,12. Papel: C7." in flat(rig.pdf(job["id"]))


@pytest.mark.parametrize(
    ("ruin", "reason"),
    [
        ("r01-truncado", "cortado"),
        ("r02-chave-a-mais", "chave de fechamento a mais"),
        ("r03-bin-dois-bilhoes", "maior que o arquivo"),
        ("r04-profundidade-5000", "grupos uns dentro dos outros"),
        ("r06-vinte-mil-linhas", "mais de 5.000 linhas"),
        ("r09-word-97", ".doc"),
        ("r11-utf16", "UTF-16"),
        ("~$-wpt-assento-nascimento", "não é RTF"),
    ],
)
def test_s12_a_damaged_rtf_is_refused_with_its_reason_and_nothing_is_sealed(rig: Rig, ruin: str, reason: str) -> None:
    before = rig.state()
    content = base64.b64encode((DATA / "ruins" / f"{ruin}.rtf").read_bytes()).decode()
    found = rig.post(rig.livro(corpo=rtf(content)))
    assert (found.status, found.word) == (422, "corpo-invalido")
    assert reason in found.json["detail"]
    assert found.json["errors"][0]["campo"] == "documento.instrumento.corpo"
    assert rig.state() == before


@pytest.mark.parametrize("content", ["não é RTF", '{"rtf":', '{"rtf": "e30=", "valores": {"a": 1}}', "{\\rtf1 漢字}"])
def test_a_content_that_is_no_rtf_is_refused(rig: Rig, content: str) -> None:
    assert rig.post(rig.livro(corpo=rtf(content))).word == "corpo-invalido"


def test_p2a_what_of_an_rtf_is_not_printed_is_said(rig: Rig) -> None:
    link = r"{\field{\*\fldinst INCLUDETEXT x.txt}{\fldrslt guardado}}"
    corpo = of(r"{\pict\pngblip 89504e47}" + link + r" {\v oculto}Fim.")
    job = rig.printed(rig.certidao(corpo=corpo))
    said = " ".join(each["mensagem"] for each in job["avisos"])
    assert "imagem" in said
    assert "Vínculo" in said
    assert "texto oculto" in said
    assert "guardado Fim." in flat(rig.pdf(job["id"]))


@pytest.mark.parametrize(("begins", "count"), [("sbknone", 1), ("sbkpage", 2)])
def test_the_seal_is_below_the_last_section_on_the_page_where_that_is(rig: Rig, begins: str, count: int) -> None:
    corpo = of(rf"Primeira parte.\par\sect\sectd\{begins}\pard\plain\f0\fs24 Segunda parte.")
    job = rig.printed(rig.certidao(corpo=corpo), formato="certidao-corpo")
    pdf = rig.pdf(job["id"])
    assert pages(pdf) == count
    said = flat(pdf)
    assert said.index("Segunda parte.") < said.index(job["selos"][0]["codigo"])


def test_the_number_of_the_page_is_printed_where_the_rtf_has_it(rig: Rig) -> None:
    corpo = of(r"Um na folha \chpgn .\page Dois na folha \chpgn .")
    said = flat(rig.pdf(rig.printed(rig.certidao(corpo=corpo), formato="certidao-corpo")["id"]))
    assert "Um na folha 1." in said
    assert "Dois na folha 2." in said


def test_a_private_character_of_the_file_is_refused(rig: Rig) -> None:
    assert rig.post(rig.certidao(corpo=of(r"Um \u-1808?."))).word == "corpo-invalido"


def test_a_long_rtf_runs_over_several_pages_with_its_seal_on_the_last(rig: Rig) -> None:
    paragraphs = r"\par ".join(f"Cláusula {n}. " + "Assim o disseram e outorgaram. " * 20 for n in range(12))
    content = paragraphs.encode("cp1252").decode("latin-1")
    job = rig.printed(rig.certidao(corpo=of(rf"\qj {content}")), formato="certidao-corpo")
    pdf = rig.pdf(job["id"])
    assert pages(pdf) >= 2
    said = flat(pdf)
    for n in range(12):
        assert said.count(f"Cláusula {n}.") == 1
    assert said.count("outorgaram.") == 240


@pytest.mark.parametrize(
    "fields", [{}, {"conteudo": "x", "modelo": "A"}, {"modelo": 1}, {"modelo": "A", "valores": []}]
)
def test_a_body_of_a_model_has_its_name_and_values(rig: Rig, fields: dict[str, Any]) -> None:
    assert rig.post(rig.livro(corpo={"formato": "modelo", **fields})).word == "entrada-invalida"


@pytest.mark.parametrize(
    "body",
    [
        r"Capa <QRCode>\par\page Texto\par Texto 2\par",
        r"Texto 1.\par\page <QRCode>\par\page Texto 2.\par Texto 3.\par",
    ],
)
def test_n7_the_seal_at_its_place_in_the_text_needs_no_lines_of_text_beside_it(rig: Rig, body: str) -> None:
    job = rig.printed(rig.certidao(corpo=of(body)), formato="certidao-corpo")
    pdf = rig.pdf(job["id"])
    assert qr_codes(pdf) == [rig.selo(job["selos"][0]["codigo"])["qr"]["url"]]
    assert pages(pdf) == body.count(r"\page") + 1


def test_an_empty_first_section_does_not_keep_the_others_from_paper(rig: Rig) -> None:
    corpo = rtf(r"{\rtf1\ansi\sectd\sect\sectd Texto do ato.\par}")
    job = rig.printed(rig.certidao(corpo=corpo), formato="certidao-corpo")
    assert "Texto do ato." in flat(rig.pdf(job["id"]))


def test_n7_the_seal_has_one_place_whatever_names_the_table_gives_it(rig: Rig) -> None:
    (rig.folder / "variaveis.toml").write_text('[servidor]\nSelo_Aqui = "qr"\n')
    rig.office.current(at_once=True)
    job = rig.printed(rig.certidao(corpo=of(r"Um. <QRCode>\par Dois. <Selo_Aqui>")), formato="certidao-corpo")
    pdf = rig.pdf(job["id"])
    assert qr_codes(pdf) == [rig.selo(job["selos"][0]["codigo"])["qr"]["url"]]
    assert "<" not in text(pdf)


def test_n7_a_place_of_the_seal_in_a_header_that_is_not_printed_is_none(rig: Rig) -> None:
    corpo = of(r"{\header <QRCode> e <SeloDigitalCertidao>\par}Texto do ato.")
    job = rig.printed(rig.certidao(corpo=corpo), formato="certidao")
    pdf = rig.pdf(job["id"])
    assert qr_codes(pdf) == [rig.selo(job["selos"][0]["codigo"])["qr"]["url"]]
    assert [each["mensagem"] for each in job["avisos"] if "rodapé" in each["mensagem"]] == [
        "Cabeçalho ou rodapé não impresso: “<QRCode> e <SeloDigitalCertidao>”."
    ]


def test_p4_fees_that_only_a_header_that_is_not_printed_names_stand_in_the_block(rig: Rig) -> None:
    corpo = of(r"{\header <CUSTAS_CERTIDAO>\par}Texto do ato. <QRCode>")
    document = rig.certidao(corpo=corpo, emolumentos=FEES)
    job = rig.printed({k: v for k, v in document.items() if "isen" not in k}, formato="certidao")
    assert "95,12" in flat(rig.pdf(job["id"]))


def test_n7_a_place_of_the_seal_in_a_header_that_is_printed_is_refused_with_its_reason(rig: Rig) -> None:
    before = rig.state()
    found = rig.post(rig.certidao(corpo=of(r"{\header <QRCode>\par}Um.\page Dois.")), formato="certidao-corpo")
    assert found.word == "corpo-invalido"
    assert "<QRCode>, está num cabeçalho ou rodapé" in found.json["detail"]
    assert rig.state() == before


def test_a_mark_and_a_variable_of_the_same_name_are_two_and_a_value_is_text(rig: Rig) -> None:
    file = base64.b64encode(of("Um: [[TOTAL]]. Outro: <TOTAL>.")["conteudo"].encode()).decode()
    document = rig.certidao(corpo=rtf(json.dumps({"rtf": file, "valores": {"TOTAL": "[[CUSTAS]] <Nome>"}})))
    document |= {"emolumentos": FEES}
    job = rig.printed({k: v for k, v in document.items() if "isen" not in k})
    assert "Um: R$ 95,12. Outro: [[CUSTAS]] <Nome>." in flat(rig.pdf(job["id"]))
    left = rig.post(rig.certidao(corpo=of("Total: <TOTAL>.")))
    assert left.word == "variavel-sem-valor"


def test_the_character_of_page_numbers_is_refused_in_a_value(rig: Rig) -> None:
    file = base64.b64encode(of("Eu, <Nome>.")["conteudo"].encode()).decode()
    found = rig.post(rig.certidao(corpo=rtf(json.dumps({"rtf": file, "valores": {"Nome": "Ana \uf8f0"}}))))
    assert found.word == "corpo-invalido"
    assert "uso privado" in found.json["detail"]
