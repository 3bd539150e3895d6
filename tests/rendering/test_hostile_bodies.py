"""A small sample of the damaged and odd bodies of `python -m bench.hostile`, and that its judge sees what is wrong."""

import base64
import io
import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.hostile import judge, pdfs, pictures, run, way
from bench.hostile.bodies import Body
from bench.hostile.words import Words, difference
from printserver.formats import Formats

SEED = 2
BODIES = range(100)
PROGRAMS = ("weasyprint", "qpdf", "cairo")  # those that are wherever the tests run
FORMAT = Formats(None).get(way.FORMAT)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return pdfs.sources(PROGRAMS, tmp_path_factory.mktemp("sources"))


def test_p2a_odd_and_damaged_bodies_print_whole_or_are_refused(sources: dict[str, bytes]) -> None:
    assert set(sources) == set(PROGRAMS)
    count = run.run(SEED, BODIES, sources, keep=None)
    assert not count.violations, "\n".join(count.wrong)
    assert count.sent == len(BODIES)
    accepted = {kind: ends["accepted"] for kind, ends in count.kinds.items()}
    assert sum(accepted.values()) > len(BODIES) / 3
    assert all(accepted[kind] for kind in accepted if kind.startswith(("html", "text", "image odd")))


@pytest.fixture(scope="module")
def pool() -> Iterator[way.Pool]:
    with way.Pool(1) as started:
        yield started


@pytest.mark.parametrize("program", PROGRAMS)
def test_p2a_a_sound_pdf_of_each_program_is_accepted(sources: dict[str, bytes], pool: way.Pool, program: str) -> None:
    pdf = sources[program]
    end = pool.send(Body(0, f"pdf {program}", "pdf", base64.b64encode(pdf).decode(), pdf=pdf))
    assert (end.refused, end.fault) == ("", "")


def printed(pdf: bytes) -> judge.Print:
    return judge.Print(pdf, FORMAT, ())


def changed(pdf: bytes, page: int, after: bytes, *, before: bytes = b"") -> bytes:
    """Return `pdf` with operators before and after what a page draws."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.pages[page].contents_add(b"q " + before, prepend=True)
        document.pages[page].contents_add(b" Q " + after)
        output = io.BytesIO()
        document.save(output)
    return output.getvalue()


def test_the_judge_sees_ink_that_is_lost_or_new_and_pages_that_are_missing(sources: dict[str, bytes]) -> None:
    pdf = sources["weasyprint"]
    body = Body(0, "pdf", "pdf", "", pdf=pdf)
    assert judge.judge(body, printed(pdf)) == ""
    assert "page 2 lost" in judge.judge(body, printed(changed(pdf, 1, b"1 g 100 700 400 60 re f")))
    assert "page 1 gained" in judge.judge(body, printed(changed(pdf, 0, b"0 g 100 200 40 40 re f")))
    with pikepdf.open(io.BytesIO(pdf)) as document:
        del document.pages[1]
        output = io.BytesIO()
        document.save(output)
    assert judge.judge(body, printed(output.getvalue())) == "1 pages instead of 2"


def test_the_judge_sees_words_that_are_missing_doubled_or_misplaced() -> None:
    words = Words(random.Random(1))
    made = [words.word() for _ in range(4)]
    assert difference(made, words.places, made) == ""
    assert "missing" in difference(made, words.places, made[:3])
    assert "doubled" in difference(made, words.places, [*made, made[0]])
    assert "out of order" in difference(made, words.places, [made[1], made[0], *made[2:]])
    assert difference(made, (), made[::-1]) == ""
    in_cells = [(1, 1), (1, 1), (1, 2), (2, 3)]
    assert difference(made, in_cells, [made[0], made[2], made[1], made[3]]) == ""  # a row that goes on on the next page
    assert "out of order" in difference(made, in_cells, [made[0], made[1], made[3], made[2]])


def test_the_judge_sees_words_and_images_that_are_not_where_they_belong(pool: way.Pool) -> None:
    words = Words(random.Random(1))
    picture = pictures.odd(random.Random(3))
    html = f"<p>{words.word()}</p><p>{picture.tag()}</p><p>{words.word()}</p>"
    end = pool.send(Body(0, "image", "html", html, tuple(words.made), tuple(words.places), picture=picture))
    assert (end.refused, end.fault) == ("", "")
    there = tuple(words.made)

    def verdict(pdf: bytes = end.pdf, expected: tuple[str, ...] = there, **other: object) -> str:
        held = Body(0, "image", "html", html, expected, picture=replace(picture, **other))
        return judge.judge(held, printed(pdf))

    assert verdict() == ""
    assert "missing" in verdict(expected=(*there, words.word()))
    assert "leaves the text area" in verdict(changed(end.pdf, 0, b"", before=b"1 0 0 1 -40 0 cm "))
    assert "measures" in verdict(width=picture.width + 5)
    assert "differs" in verdict(reference=pictures.odd(random.Random(4)).reference)


def test_the_judge_finds_a_word_that_a_narrow_cell_breaks_over_two_pages() -> None:
    area = FORMAT.texto
    foot, head = area.y + area.altura, area.y

    def pieces(*texts: tuple[str, int, float]) -> list[judge._Piece]:
        return [judge._Piece(text, page, area.x, top - 4, area.x + 20, top) for text, page, top in texts]

    broken = pieces(("averba", 1, foot - 5), ("ção0", 1, foot), ("0001z", 2, head + 5), ("fim", 2, head + 10))
    (found,) = judge._broken_by_a_page("averbação00001z", broken, area)
    assert [piece.text for piece in found] == ["averba", "ção0", "0001z"]
    assert not list(judge._broken_by_a_page("averbação00001z", broken[:2] + broken[3:], area))
    assert not list(judge._broken_by_a_page("averbação00001z", [*broken[1:2], *broken[2:]], area))


def test_a_body_is_the_same_for_its_seed_and_number(sources: dict[str, bytes]) -> None:
    from bench.hostile import bodies

    kinds = set()
    for number in range(60):
        body = bodies.make(7, number, sources)
        assert body == bodies.make(7, number, sources)
        kinds.add(body.kind.partition(" ")[0])
    assert kinds == {"html", "text", "image", "pdf"}
