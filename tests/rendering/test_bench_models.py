"""The comparison of RTF models with LibreOffice: mending of files, lines of pages, what counts as the same."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver import rtf
from printserver.formats import Formats
from printserver.rendering import previsualizar

sys.path.insert(0, str(Path(__file__).parents[2]))


from bench.models import ours, report, soffice
from bench.models.compare import compare
from bench.models.lines import Line, Page, Piece
from bench.models.lines import pages as read_pages
from bench.models.mend import mend
from bench.models.tokens import group_end, tokens

MODELS = Path(__file__).parents[1] / "data" / "rtf"
HEAD = (
    rb"{\rtf1\ansi{\fonttbl{\f0\fcharset1 Calibri;}}{\*\generator X;}"
    rb"\paperw11906\paperh16838\margl1\margr2\margt3\margb4 "
)


def mended(content: bytes) -> bytes:
    """Return a mended text without its head."""
    return mend(HEAD + content + b"}").split(rb"\margb4 ", 1)[1][:-1]


@given(st.binary())
def test_tokens_keep_every_byte(content: bytes) -> None:
    assert b"".join(token.raw for token in tokens(content)) == content


def test_a_binary_block_is_no_group() -> None:
    found = list(tokens(rb"{a\bin3 }}}b}c"))
    assert group_end(found, 0) == len(found) - 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (rb"\keepn text\par", rb"text\par"),
        (rb"\pard\keepn1\keep text\par", rb"\pard\keep text\par"),
        (rb"\\keepn text\par", rb"\\keepn text\par"),
        (rb"\plain text\par", rb"\plain \kerning0 text\par"),
        (rb"{\super a\plain b}c\plain d\par", rb"{\super a\nosupersub \plain \kerning0 b}c\plain \kerning0 d\par"),
        (rb"\super a\par\pard\plain b\par", rb"\super a\nosupersub \par\pard\plain \kerning0 b\par"),
        (rb"{\sub a\par\tab b}c\par", rb"{\sub a\nosupersub \par\sub \tab b}c\par"),
        (rb"\kerning24 text\par", rb"\kerning0 text\par"),
        (rb"\qc a\page\pard b\par\pard c\par", rb"\qc a\page\pard \ql b\par\pard c\par"),
        (rb"\qc a\page b\par\pard c\par", rb"\qc a\page b\par\pard c\par"),
        (rb"{\header \pard x\par}a\par", rb"{\header \kerning0 \pard x\par}a\par"),
        (rb"{\stylesheet{\sa200 Normal;}}a\par", rb"a\par"),
        (rb"a\par {\b b}", rb"a\par {\b b\par }"),
        (rb"a\par \qj ", rb"a\par \qj "),
        (rb"\trowd\cellx9\intbl a\cell\row ", rb"\trowd\cellx9\intbl a\cell\row "),
        (rb"{\field{\*\fldinst { TIME \\@ d }}{\fldrslt 3}}\par", rb"{\field{\*\fldinst {}}{\fldrslt 3}}\par"),
        (rb"{\field{\*\fldinst REF a}{\fldrslt DATE}}\par", rb"{\field{\*\fldinst REF a}{\fldrslt DATE}}\par"),
    ],
)
def test_mends_what_libreoffice_reads_otherwise(content: bytes, expected: bytes) -> None:
    assert mended(content) == expected


def test_mends_the_head() -> None:
    head = mend(rb"{\rtf1\ansi{\fonttbl{\f0\fcharset1 Calibri;}{\f1 Carlito Outra;}}\margl9 a\par}")
    assert head.startswith(
        rb"{\rtf1\ansi\paperw12240 \paperh15840 \margr1800 \margt1440 \margb1440 \kerning0 {\*\generator "
    )
    assert rb"{\f0\fcharset0 Carlito:-liga;}{\f1 Carlito Outra;}}\margl9 a\par}" in head


@pytest.mark.parametrize(
    ("head", "writer", "kept"),
    [
        (rb"", rb"Microsoft Word 9.0;", False),
        (rb"\stshfdbch0", rb"Microsoft Word 10.0;", True),
        (rb"", rb"WPTools_6.170;", True),
    ],
)
def test_names_another_writer_where_blanks_would_get_wider(head: bytes, writer: bytes, kept: bool) -> None:
    after = mend(rb"{\rtf1" + head + rb"{\*\generator " + writer + rb"}a\par}")
    assert (writer in after) == kept
    assert after.count(rb"\*\generator ") == 1


def test_cuts_what_follows_the_document() -> None:
    document = HEAD + rb"a\par}"
    assert mend(document + b"\0\0" + document) == mend(document)


@pytest.mark.parametrize("file", sorted(MODELS.glob("*.rtf")), ids=lambda file: file.stem)
def test_mending_keeps_the_text_and_its_form(file: Path) -> None:
    before, after = (rtf.read(content) for content in (file.read_bytes(), mend(file.read_bytes())))
    texts = [
        [(p.text, p.shape.alignment, p.shape.left) for p in each.paragraphs() if p.text] for each in (before, after)
    ]
    assert texts[0] == texts[1]
    assert before.sections[0].paper == after.sections[0].paper


def page(*lines: tuple[float, tuple[tuple[str, float], ...]]) -> Page:
    """Return a page of lines: baseline, and the text and place of each piece."""
    made = tuple(Line(y, tuple(Piece(text, x) for text, x in pieces)) for y, pieces in lines)
    return Page((210, 297), made, "".join(line.text for line in made))


FIRST = (20.0, (("Certifico", 30.0),))
SECOND = (25.0, (("verdade", 30.0),))


def test_the_same_pages_have_no_difference() -> None:
    found = compare([page(FIRST, SECOND)], [page(FIRST, SECOND)])
    assert (found.every_line, found.text, found.order, found.paper) == (True, True, True, True)
    assert (found.same_lines, found.lines, found.last_baseline) == (2, 2, 0)


def test_a_word_on_another_line_is_a_difference() -> None:
    ours = page((20.0, (("Certificoe", 30.0),)), (25.0, (("verdade", 30.0),)))
    found = compare([ours], [page((20.0, (("Certifico", 30.0),)), (25.0, (("everdade", 30.0),)))])
    assert (found.every_line, found.text, found.same_lines, found.lines) == (False, True, 0, 2)
    assert found.first is not None
    assert (found.first.page, found.first.ours, found.first.theirs) == (1, "Certificoe", "Certifico")


def test_a_line_on_another_page_is_a_difference() -> None:
    found = compare([page(FIRST, SECOND)], [page(FIRST), page(SECOND)])
    assert (found.same_pages, found.every_line, found.text, found.last_baseline) == (False, False, True, None)


def test_cells_side_by_side_may_differ_in_height() -> None:
    together = page((20.0, (("esquerda", 30.0), ("direita", 90.0))))
    apart = page((20.0, (("esquerda", 30.0),)), (22.0, (("direita", 90.0),)))
    assert compare([apart], [together]).every_line
    wrapped = page((20.0, (("esquerda", 30.0),)), (25.0, (("direita", 30.0),)))
    assert not compare([wrapped], [together]).every_line


def test_lines_are_read_from_the_positions_of_characters() -> None:
    pdf = previsualizar(Formats(Path()).get("certidao"), text="Primeira linha\nsegunda: Nº 10-A")
    texts = [line.text for line in read_pages(pdf)[0].lines]
    assert texts.index("segunda:Nº10-A") > texts.index("Primeiralinha")


def test_characters_of_leaders_are_left_out_however_few() -> None:
    # As many are drawn as have room; cells and pages cut rows of them in the text.
    dotted = previsualizar(Formats(Path()).get("certidao"), text="Nome: .. fim__")
    assert "Nome:fim__" in [line.text for line in read_pages(dotted, without=".")[0].lines]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the file of a program that is called in place of LibreOffice."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder / "soffice"


def test_a_file_left_out_of_a_batch_is_tried_alone(tmp_path: Path, program: Path) -> None:
    # It writes the PDF of its last file only, with success: the others are missing in silence.
    program.write_text(
        '#!/bin/sh\nfor word; do if [ "$before" = --outdir ]; then out=$word; fi; before=$word; done\n'
        'touch "$out/$(basename "$before" .rtf).pdf"\n'
    )
    program.chmod(0o755)
    files = [tmp_path / f"{name}.rtf" for name in "abc"]
    soffice.convert(files, tmp_path)
    assert all(file.with_suffix(".pdf").exists() for file in files)


def test_a_hang_is_ended_with_its_children(tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soffice, "_START_S", 1)
    monkeypatch.setattr(soffice, "_ALONE_S", 1)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program.write_text(f"#!/bin/sh\nexec 3>{pipe}\nsleep 100000 &\nwait\n")
    program.chmod(0o755)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    soffice.convert([tmp_path / "a.rtf"], tmp_path)
    assert os.read(reader, 1) == b""  # the end: no process has the pipe open
    os.close(reader)


def test_a_missing_libreoffice_is_reported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not soffice.available()
    assert "apt-get install" in report.part(None)


@pytest.mark.parametrize(("above", "count"), [(2700, 1), (2720, 2)])
def test_the_last_line_of_a_text_may_be_at_the_end_of_its_page(above: int, count: int) -> None:
    """Nothing follows it: neither a seal nor room for one."""
    content = rb"{\rtf1\paperw6000\paperh4000\margl500\margr500\margt500\margb500\pard\sl-%d\slmult0 a\par" % above
    found = read_pages(ours.make(content + rb"\pard\sl-290\slmult0\fs24 fim\par}").pdf)
    assert len(found) == count
    assert "".join(line.text for page in found for line in page.lines) == "afim"
