"""Hostile bodies and fields over HTTP: nothing leaks, nothing blocks, no text and no seal is lost."""

import base64
import io
import socketserver
import struct
import threading
import zlib
from collections.abc import Iterator
from typing import Any

import deeds
import pikepdf
import pytest
import read_paper

from support.process import wait_until
from support.server import Answer, Client

STAYS = "Este texto fica inteiro no papel."


class Trap(socketserver.ThreadingTCPServer):
    """A server on this machine that remembers whether anybody came."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        self.visits = 0
        super().__init__(("127.0.0.1", 0), socketserver.BaseRequestHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self.visits += 1
        self.shutdown_request(request)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    with Trap() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def png(width: int, height: int) -> str:
    """Return a black PNG of that size as a data URL: 8 bits a channel, three channels, small on the wire."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    line = bytes(1 + 3 * width)
    pixels = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return "data:image/png;base64," + base64.b64encode(file).decode()


def html(source: str) -> dict[str, str]:
    return {"formato": "html", "conteudo": source}


def sealed_and_whole(client: Client, job: dict[str, Any], *texts: str) -> str:
    """Check that the print has its seal and QR and these texts, and nothing from outside; return its text."""
    pdf = client.pdf(job["id"])
    words = read_paper.text(pdf)
    assert all(seal["codigo"] in words for seal in job["selos"])
    assert read_paper.codes(pdf, job["paginas"]) == [job["qr"]["url"]]
    for expected in texts:
        assert expected in words
    assert "root:x:0" not in words
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert not opened.attachments
        assert "/OpenAction" not in opened.Root
        assert not any("/Annots" in page for page in opened.pages)
    return words


def refused(client: Client, body: dict[str, Any]) -> Answer:
    """Check that a print is refused as a body that cannot be laid out, with nothing sealed."""
    before = client.get("/api/v1/selos").json["total"]
    answer = client.print(body)
    assert (answer.status, answer.word) == (422, "corpo-invalido"), answer.content
    assert client.get("/api/v1/selos").json["total"] == before
    return answer


URLS = (
    '<img src="{url}"><link rel=stylesheet href="{url}"><link rel=attachment href="{url}"><base href="{url}">'
    '<a href="{url}" rel=attachment download>x</a><iframe src="{url}"></iframe><object data="{url}"></object>'
    '<embed src="{url}"><svg><image href="{url}" xlink:href="{url}"/><use href="{url}#a"/></svg>'
    '<style>@import "{url}"; @font-face {{ font-family: f; src: url({url}) }} * {{ background: url({url}) }}</style>'
    '<p style="background-image: url({url}); list-style-image: url({url}); content: url({url})">y</p>'
    '<video poster="{url}"><source src="{url}"></video><img srcset="{url} 2x"><input type=image src="{url}">'
    '<meta http-equiv=refresh content="0;url={url}"><table background="{url}"><tr><td>z</td></tr></table>'
)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><image x:href="{url}"/></svg>'


@pytest.mark.parametrize("where", ["file:///etc/passwd", "network"])
def test_urls_are_not_followed(client: Client, trap: Trap, where: str) -> None:
    url = trap.url if where == "network" else where
    job = client.printed(deeds.certidao(html(f"<p>{STAYS}</p>{URLS.format(url=url)}<p>Fim do ato.</p>")))
    sealed_and_whole(client, job, STAYS, "Fim do ato.")
    assert trap.visits == 0
    assert any("imagem" in notice["mensagem"].lower() for notice in job["avisos"])


@pytest.mark.parametrize("url", ["file:///etc/passwd", "network"])
def test_a_drawing_that_says_it_is_a_png_is_refused_and_asks_for_nothing(client: Client, trap: Trap, url: str) -> None:
    drawing = SVG.format(url=trap.url if url == "network" else url).encode()
    source = f'<img src="data:image/png;base64,{base64.b64encode(drawing).decode()}">'
    assert "PNG" in refused(client, deeds.certidao(html(source))).json["detail"]
    assert trap.visits == 0


HIDING = {
    "script": "<script>document.body.innerHTML = ''</script><p onload='x()' onclick=x()>",
    "style sheet": (
        "<style>* { display: none !important } @page { margin: -300mm; @bottom-left { content: 'x' } }</style>"
    ),
    "inline": (
        "<p style='position: fixed; top: 0; left: 0; width: 300mm; height: 400mm; background: white; z-index: 99; "
        "transform: translate(0, 200mm); opacity: 0.01; font-size: 0; margin-top: -300mm; color: white'>"
    ),
    "end of the page": "</p></div></main></body></html><body hidden><style>div { display: none }</style>-->]]>",
    "comment": "<!-- tudo o que segue é comentário? --><![CDATA[ x ]]>",
    "its own seal box": (
        "<div id=selo class='selo bloco caixa bloco-selo' name=selo data-selo=1 style='anchor: x'>1234561ES0</div>"
        "<a name=selo></a><seal-box></seal-box>"
    ),
    "huge": "<p style='font-size: 100000pt; line-height: 0; letter-spacing: -5em; text-indent: -900em'>",
}


@pytest.mark.parametrize("how", HIDING)
def test_nothing_hides_the_text_or_the_seal(client: Client, how: str) -> None:
    job = client.printed(deeds.certidao(html(f"<p>Começo do ato.</p>{HIDING[how]}<p>{STAYS}</p>")))
    sealed_and_whole(client, job, "Começo do ato.", STAYS)


TEMPLATE = "{{ 7*7 }} {% for x in y %} ${7*7} #{7*7} {{ self.__init__.__globals__ }} {# nota #} %(a)s <%= 1 %>"


@pytest.mark.parametrize("page_format", ["texto", "html"])
def test_template_syntax_in_a_body_is_text(client: Client, page_format: str) -> None:
    source = TEMPLATE if page_format == "texto" else TEMPLATE.replace("<", "&lt;")
    job = client.printed(deeds.certidao({"formato": page_format, "conteudo": source}))
    sealed_and_whole(client, job, TEMPLATE)


def test_template_and_markup_in_fields_are_text(client: Client) -> None:
    said = "<b>{{ 7901*7907 }}</b> & <script>x</script> {% raw %} [[TOTAL]]"
    deed = deeds.instrumento(
        titulo=said, partes=[{"qualidade": said, "nome": said, "documento": "</div><style>*{display:none}</style>"}]
    )
    deed["atos"][0]["descricao"] = said
    livro = client.printed(deeds.livro(deed))
    words = read_paper.text(client.pdf(livro["id"]))
    assert livro["selos"][0]["codigo"] in words
    assert str(7901 * 7907) not in words  # long enough to be in no other number of the page
    assert words.lower().count("{{ 7901*7907 }}") >= 3
    copy = client.printed(deeds.traslado(deed["id"]))
    sealed_and_whole(client, copy, "display:none")
    ficha = client.printed(deeds.ficha(nome=said))
    assert "{{ 7901*7907 }}" in read_paper.text(client.pdf(ficha["id"]))


def test_an_image_of_50_mb_is_drawn_and_one_of_a_gigabyte_refused(client: Client) -> None:
    fits, bomb = png(5000, 3500), png(20_000, 18_000)
    assert max(len(fits), len(bomb)) < 2_000_000
    job = client.printed(deeds.certidao(html(f'<p>{STAYS}</p><img src="{fits}">')))
    sealed_and_whole(client, job, STAYS)
    (notice,) = job["avisos"]
    assert "5000 × 3500 pixels foi reduzida" in notice["mensagem"]
    assert "pixels" in refused(client, deeds.certidao(html(f'<p>{STAYS}</p><img src="{bomb}">'))).json["detail"]


MONSTERS = {
    "nested": "<div>" * 100_000 + STAYS + "</div>" * 100_000,
    "nested inline": "<b>" * 100_000 + STAYS,
    "nested lists": "<ul><li>" * 50_000 + STAYS,
    "too many cells": "<table>" + "<tr>" + "<td>x</td>" * 3000 + "</tr>" + "</table>",
    "a letter of no font": f"<p>{STAYS} \U00013000</p>",
}


@pytest.mark.parametrize("monster", MONSTERS)
def test_monsters_are_refused_with_their_reason(client: Client, monster: str) -> None:
    answer = refused(client, deeds.certidao(html(MONSTERS[monster])))
    assert len(answer.json["detail"]) > 20


@pytest.mark.parametrize("attribute", ["colspan=1000000", "rowspan=1000000", "colspan=-1 rowspan=99999999999999999999"])
def test_a_span_of_a_million_is_brought_to_a_limit(client: Client, attribute: str) -> None:
    table = f"<table><tr><td {attribute}>{STAYS}</td><td>b</td></tr><tr><td>c</td></tr></table>"
    job = client.printed(deeds.certidao(html(table)))
    sealed_and_whole(client, job, STAYS)


@pytest.mark.parametrize("page_format", ["texto", "html"])
def test_controls_and_marks_that_turn_text_around_go_and_the_text_stays(client: Client, page_format: str) -> None:
    said = "valor de R$ 100,00\u202e00,001 $R\u202c e \u2066mil\u2069 reais"
    said += "\x07\x1b[2J\u200f pagos\ufeff aqui\x0c no ato\x7f."
    job = client.printed(deeds.certidao({"formato": page_format, "conteudo": said}))
    words = sealed_and_whole(client, job)
    for part in ("valor de R$ 100,00", "00,001 $R", "mil", "reais", "pagos", "aqui", "no ato"):
        assert part in words
    assert not set(words) & set("\u202e\u202c\u2066\u2069\u200f\x07\x1b\x7f")


def test_nul_is_refused_by_its_field(client: Client) -> None:
    answer = client.print(deeds.certidao("antes\0depois"))
    assert (answer.status, answer.word) == (422, "entrada-invalida")
    assert answer.json["errors"][0]["campo"] == "documento.corpo.conteudo"


def test_a_body_that_takes_all_its_time_makes_nobody_wait(client: Client) -> None:
    """While one body is laid out until its time is over, another client's print is taken and comes out."""
    endless = " ".join(f"λέξη{number}" for number in range(100_000))  # Greek: broken line by line
    answers: list[Answer] = []
    slow = threading.Thread(target=lambda: answers.append(client.print(deeds.certidao(endless))), daemon=True)
    slow.start()
    for number in range(3):
        job = client.printed(deeds.certidao(f"Outro cliente, texto novo, número {number}."))
        assert job["estado"] == "impresso"
    assert slow.is_alive(), answers
    wait_until(lambda: not slow.is_alive(), "the endless body")
    assert (answers[0].status, answers[0].word) == (422, "corpo-invalido")
    assert "tempo" in answers[0].json["detail"]
