"""Layers of a PDF body: what every viewer shows is printed, what is hidden or doubtful is refused (P2a)."""

import pytest
from pdfs import BAR, BAR_BOX, FORM, assemble, darkest, pages, prepared, reason, stream

LAYER = b"30 0 R"
OFF, DOUBTFUL = "camadas desligadas", "conforme o programa"
ON_BOX = (92, 402, 288, 418)
ALWAYS = b"q 0 g 90 400 200 20 re f Q "


def layered(member: bytes, config: bytes = b"", group: bytes = b"", *, where: str = "content") -> bytes:
    """Return a page whose bar is in `member`. Layers: 30 is as `config` and `group` say, 40 is on, 41 is off."""
    properties = b"/OCProperties << /OCGs [30 0 R 40 0 R 41 0 R] /D << %s >> >>" % (
        config if b"/OFF" in config else config + b"/OFF [41 0 R]"
    )
    target = member if member == LAYER else b"31 0 R"
    more = {
        30: b"<< /Type /OCG /Name (Rascunho) %s >>" % group,
        31: b"null" if member == LAYER else member,
        40: b"<< /Type /OCG /Name (Ligada) >>",
        41: b"<< /Type /OCG /Name (Desligada) >>",
        32: stream(BAR, FORM + b"/Resources << >> /OC %s " % target),
        33: stream(BAR, FORM + b"/Resources << >> "),
        34: b"<< /Type /Annot /Subtype /Stamp /F 4 /Rect [0 0 700 900] /AP << /N 33 0 R >> /OC %s >>" % target,
        35: stream(b"/Y Do", FORM + b"/Resources << /XObject << /Y 32 0 R >> >> "),
    }
    content, page = {
        "content": (b"/OC /M BDC " + BAR + b"EMC ", b"/Resources << /Properties << /M %s >> >> " % target),
        "form": (b"/X Do ", b"/Resources << /XObject << /X 32 0 R >> >> "),
        "nested": (b"/X Do ", b"/Resources << /XObject << /X 35 0 R >> >> "),
        "annotation": (b"", b"/Resources << >> /Annots [34 0 R] "),
        "nowhere": (BAR, b"/Resources << /Properties << /M %s >> /XObject << /X 32 0 R >> >> " % target),
    }[where]
    return assemble(pages(content=content + ALWAYS, page=page, catalog=properties, more=more))


def membership(parts: bytes) -> bytes:
    return b"<< /Type /OCMD %s >>" % parts


@pytest.mark.parametrize("where", ["content", "form", "nested", "annotation"])
@pytest.mark.parametrize(
    ("member", "config", "group"),
    [
        (LAYER, b"", b""),
        (LAYER, b"/BaseState /OFF /ON [30 0 R]", b""),
        (LAYER, b"/BaseState /Unchanged", b"/Usage << /Print << /PrintState /ON >> /View << /ViewState /ON >> >>"),
        (LAYER, b"", b"/Intent [/Design /View]"),
        (membership(b"/OCGs 30 0 R"), b"", b""),
        (membership(b"/OCGs [40 0 R 41 0 R]"), b"", b""),
        (membership(b"/OCGs [41 0 R] /P /AllOff"), b"", b""),
        (membership(b"/OCGs [40 0 R 41 0 R] /P /AnyOff"), b"", b""),
        (membership(b"/OCGs []"), b"", b""),
        (membership(b""), b"", b""),
        (membership(b"/VE [/And 40 0 R [/Not 41 0 R]]"), b"", b""),
        (membership(b"/VE [/Or 41 0 R [/And 40 0 R 30 0 R]] /OCGs [41 0 R]"), b"", b""),
    ],
)
def test_p2a_what_a_layer_shows_is_printed(member: bytes, config: bytes, group: bytes, where: str) -> None:
    """It shows still once the layers' settings are left behind."""
    ready = prepared(layered(member, config, group, where=where)).pdf
    assert darkest(ready, BAR_BOX) == 0
    assert darkest(ready, ON_BOX) == 0


@pytest.mark.parametrize(
    ("member", "config", "group", "why"),
    [
        (LAYER, b"/OFF [30 0 R]", b"", OFF),
        (LAYER, b"/BaseState /OFF", b"", OFF),
        (LAYER, b"/OFF [30 0 R] /ON [30 0 R]", b"", OFF),
        (membership(b"/OCGs [30 0 R] /P /AllOff"), b"", b"", OFF),
        (membership(b"/OCGs [30 0 R] /P /AnyOff"), b"", b"", OFF),
        (membership(b"/OCGs [40 0 R 41 0 R] /P /AllOn"), b"", b"", OFF),
        (membership(b"/OCGs 41 0 R"), b"", b"", OFF),
        (membership(b"/VE [/Not 30 0 R]"), b"", b"", OFF),
        (membership(b"/VE [/And 40 0 R [/Or 41 0 R]] /OCGs [40 0 R]"), b"", b"", OFF),
        (LAYER, b"", b"/Usage << /Print << /PrintState /OFF >> >>", DOUBTFUL),
        (LAYER, b"", b"/Usage << /View << /ViewState /OFF >> >>", DOUBTFUL),
        (LAYER, b"/OFF [30 0 R]", b"/Usage << /Print << /PrintState /ON >> >>", DOUBTFUL),
        (LAYER, b"/AS [<< /Event /View /Category [/Zoom] /OCGs [30 0 R] >>]", b"", DOUBTFUL),
        (LAYER, b"", b"/Intent /Design", DOUBTFUL),
        (membership(b"/VE [/Xor 30 0 R 40 0 R]"), b"", b"", "regra desconhecida"),
        (membership(b"/VE [/Not]"), b"", b"", "não pôde ser lida"),
        (membership(b"/OCGs [30 0 R] /P /Some"), b"", b"", "regra desconhecida"),
        (membership(b"/OCGs [77 0 R]"), b"", b"", "falta no arquivo"),
        (b"(nada)", b"", b"", "não pôde ser lida"),
    ],
)
@pytest.mark.parametrize("where", ["content", "form", "annotation"])
def test_p2a_what_is_hidden_or_doubtful_is_refused(
    member: bytes, config: bytes, group: bytes, why: str, where: str
) -> None:
    assert why in reason(layered(member, config, group, where=where))


def test_p2a_a_layer_that_is_not_in_the_file_is_refused() -> None:
    pdf = assemble(pages(content=b"/OC /M BDC " + BAR + b"EMC"))
    assert "camada" in reason(pdf)


@pytest.mark.parametrize("member", [LAYER, membership(b"/OCGs [30 0 R]"), b"(nada)"])
def test_p2a_a_layer_that_no_page_uses_is_no_fault(member: bytes) -> None:
    assert darkest(prepared(layered(member, b"/OFF [30 0 R]", where="nowhere")).pdf) == 0
