"""Reads an RTF file: tokens to the document's data, with RTF's scopes by group."""

import codecs
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from printserver.rtf import characters
from printserver.rtf.controls import CONTROLS, PARAGRAPH_WORDS
from printserver.rtf.flow import Flow, RowCount
from printserver.rtf.limits import MAX_BYTES, MAX_DEPTH, MAX_PARAGRAPHS, length, refuse
from printserver.rtf.model import Block, Face, Notice, NoticeKind, Rtf, Section, paragraphs_of
from printserver.rtf.state import PaperState, State
from printserver.rtf.tokens import tokens

_BEGINNING: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*\{\\rtf")
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)

_SKIPPED: Final = frozenset(
    {
        *("info", "stylesheet", "filetbl", "revtbl", "listtable", "listoverridetable", "rsidtbl", "themedata"),
        *("colorschememapping", "datastore", "latentstyles", "xe", "tc", "tcn", "pntxta", "pntxtb", "pnseclvl"),
        *("template", "nextfile", "private", "ftnsep", "ftnsepc", "ftncn", "aftnsep", "aftnsepc", "aftncn"),
        *("nonesttables", "shprslt", "sp", "nonshppict", "fldinst", "datafield", "bkmkstart", "bkmkend"),
        *("falt", "panose", "fname", "fontemb", "annotation", "atnid", "atnauthor", "objclass", "objname", "objdata"),
    }
)
_ENTERED: Final = frozenset({"do", "shpinst", "shptxt", "ud", "nesttableprops", "generator", "fldinst", "shppict"})
"""Destinations marked as ignorable (`\\*`) that are read all the same."""
_BOXES: Final = frozenset({"shptxt", "dptxbxtext", "footnote"})
_MARGIN_TEXTS: Final = frozenset({"header", "headerl", "headerr", "headerf", "footer", "footerl", "footerr", "footerf"})
_FIELD_NOTICES: Final[Mapping[str, str]] = {
    "FORMTEXT": "caixas de formulário impressas pelo seu texto",
    "FORMCHECKBOX": "caixas de marcar do formulário não se imprimem",
    "FORMDROPDOWN": "caixas de formulário impressas pelo seu texto",
    "TIME": "data ou hora automática impressa como está escrita",
    "DATE": "data ou hora automática impressa como está escrita",
    "PAGE": "número de página automático impresso como está escrito",
    "NUMPAGES": "número de página automático impresso como está escrito",
}
_LINKS: Final = frozenset({"INCLUDETEXT", "INCLUDEPICTURE", "DDE", "DDEAUTO", "LINK", "EMBED", "IMPORT"})


def read(content: bytes) -> Rtf:
    """Return the document of an RTF file. Nothing outside the file is read.

    Raises `Recusa` `corpo-invalido` that says what is damaged and where, for a file that is no RTF, is cut off or is
    over the limits.
    """
    _check_beginning(content)
    source = content.decode("latin-1")
    reader = _Reader()
    start = source.index("{")
    end = reader.run(source, start)
    reader.after(source[end:], end)
    return reader.document()


def _check_beginning(content: bytes) -> None:
    if not content.strip(b"\0 \r\n\t"):
        raise refuse("O arquivo RTF está vazio.")
    if len(content) > MAX_BYTES:
        raise refuse(f"O RTF tem {len(content) // 1024 // 1024} MB; o máximo são {MAX_BYTES // 1024 // 1024} MB.")
    if content.startswith(_OLE):
        raise refuse("O arquivo é um documento .doc do Word, e não RTF: abra-o e salve como RTF.")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, b"{\0\\\0")):
        raise refuse("O arquivo está em UTF-16, e um RTF não: salve-o de novo como RTF.")
    if _BEGINNING.match(content) is None:
        raise refuse("O arquivo não é RTF: não começa por “{\\rtf”. Abra-o no programa de origem e salve como RTF.")


class _Reader:
    """Reads one document."""

    def __init__(self) -> None:
        self._state = State()
        self._stack: list[State] = []
        self._targets: list[tuple[str, str]] = []  # per group: what begins or ends with it, and its name
        self._codec = characters.DEFAULT_CODEC
        self._fonts: dict[int, tuple[str, str]] = {}
        self._font_name = ""
        self._font_page: int | None = None
        self._font_charset = 0
        self._font_number = 0
        self._default_font = 0
        self._colors: list[str | None] = []
        self._color = [0, 0, 0]
        self._color_given = False
        self._bytes: list[str] = []
        self._skip_next = 0
        self._high: int | None = None
        self._ignorable = False
        self._destination = True
        self._notices: dict[tuple[NoticeKind, str], int] = {}
        self._rows = RowCount()
        self._flows = [Flow(self._rows)]
        self._texts: dict[str, tuple[Block, ...]] = {}
        self._sections: list[Section] = []
        self._page = PaperState()
        self._section: PaperState | None = None
        self._default_tab = 720
        self._generator = ""
        self._field = ""
        self._paragraphs = 0
        self._begun: State | None = None  # of the last paragraph, if its shape is set but it has not ended
        self._words = self._own_words()

    # -- the loop -----------------------------------------------------------------------------------------------------

    def run(self, source: str, start: int) -> int:
        """Read up to the end of the first group, and return where it ends. Raises `Recusa` `corpo-invalido`."""
        for kind, value, parameter, at in tokens(source, start):
            if kind == "word":
                self._word(value, parameter)
            elif kind == "text":
                self._text(value)
            elif kind == "byte":
                self._byte(value)
            elif kind == "open":
                self._open(at)
            elif kind == "close":
                self._close()
                if not self._stack:
                    return at + 1
            else:
                self._symbol(value)
        raise refuse(
            f"O arquivo RTF está cortado: faltam {len(self._stack)} chaves de fechamento no fim. Abra-o no programa de"
            " origem e salve de novo como RTF."
        )

    def after(self, rest: str, at: int) -> None:
        """Look at what comes after the document: NULs and blanks count for nothing, a second document is noted."""
        remaining = rest.strip("\0\r\n\t }")
        if not remaining:
            return
        if remaining.startswith("{\\rtf"):
            self._note("conferir", "o arquivo tem um segundo documento depois do primeiro, que não se imprime")
            return
        raise refuse(
            f"O RTF tem uma chave de fechamento a mais antes do byte {at + 1}: o texto continua depois do fim do"
            " documento. Abra-o no programa de origem e salve de novo como RTF."
        )

    def document(self) -> Rtf:
        """Return what was read."""
        if self._begun is not None and not self._begun.in_table:
            self._flows[-1].end_paragraph(self._begun)
        self._end_section()
        notices = tuple(Notice(kind, text, count) for (kind, text), count in self._notices.items())
        return Rtf(tuple(self._sections), self._default_tab, self._generator.strip().rstrip(";"), notices)

    def _note(self, kind: NoticeKind, text: str) -> None:
        self._notices[kind, text] = self._notices.get((kind, text), 0) + 1

    # -- groups -------------------------------------------------------------------------------------------------------

    def _open(self, at: int) -> None:
        self._flush()
        if len(self._stack) >= MAX_DEPTH:
            raise refuse(f"O RTF tem mais de {MAX_DEPTH} grupos uns dentro dos outros, no byte {at + 1}.")
        self._stack.append(self._state)
        self._targets.append(("", ""))
        self._state = self._state.copy()
        self._skip_next, self._ignorable, self._destination = 0, False, True

    def _close(self) -> None:
        self._flush()
        self._skip_next = 0
        what, name = self._targets.pop()
        if what == "flow":
            self._end_flow(name)
        elif what == "fonts":
            self._end_font()
        elif what == "field":
            self._end_field()
        self._state = self._stack.pop()
        self._ignorable = self._destination = False

    def _enter(self, what: str, name: str) -> None:
        self._targets[-1] = (what, name)

    def _begin_flow(self, name: str) -> None:
        self._enter("flow", name)
        self._flows.append(Flow(self._rows))
        self._state.reset_paragraph()
        self._plain()

    def _end_flow(self, name: str) -> None:
        blocks = self._flows.pop().finish(self._state.face)
        if name in _BOXES:
            self._flows[-1].insert(blocks)
            if any(each.text.strip() for each in paragraphs_of(tuple(blocks))):
                what = "nota de rodapé" if name == "footnote" else "caixa de texto"
                self._note("conferir", f"{what}: o texto vai no corpo, no lugar em que ela está presa")
        else:
            printed = any(each.text.strip() for each in paragraphs_of(tuple(blocks)))
            self._texts[name] = tuple(blocks) if printed else ()

    # -- control words ------------------------------------------------------------------------------------------------

    def _word(self, word: str, parameter: int | None) -> None:
        self._flush()
        first, ignorable = self._destination, self._ignorable
        self._destination = self._ignorable = False
        if self._skip_next and word not in ("u", "uc"):
            self._skip_next -= 1
            return
        if first and self._begins(word, ignorable=ignorable):
            return
        if self._state.skip:
            return
        control = CONTROLS.get(word)
        if control is not None:
            control(self._state, parameter)
            if word in PARAGRAPH_WORDS:
                self._begun = self._state
            return
        own = self._words.get(word)
        if own is not None:
            own(parameter)
        elif word in characters.WORDS:
            self._put(characters.WORDS[word])

    def _begins(self, word: str, *, ignorable: bool) -> bool:
        """Begin a destination, if the word is one; return whether it is."""
        state = self._state
        if word == "ud":
            state.skip = False
            return True
        if word == "upr":  # the same text in bytes, then in Unicode: the second is read
            state.skip = True
            return True
        if state.skip:
            return False
        if word in _MARGIN_TEXTS or word in _BOXES:
            self._begin_flow(word)
            return True
        if word == "fldinst":
            state.target = "field"
            self._enter("field", "")
            self._field = ""
            return True
        if word in ("fonttbl", "colortbl", "generator"):
            state.target = word
            if word == "fonttbl":
                self._enter("fonts", "")
            return True
        if word == "pict":
            self._note("descartado", "imagem, que não se imprime")
        elif word == "object":
            self._note("descartado", "objeto incorporado ou vinculado: imprime-se o texto que tem guardado")
        if word in _SKIPPED or word == "pict" or (ignorable and word not in _ENTERED):
            state.skip = True
            return True
        return False

    def _own_words(self) -> Mapping[str, Callable[[int | None], None]]:
        return {
            "par": lambda _: self._paragraph(),
            "cell": lambda _: self._cell(1),
            "nestcell": lambda _: self._cell(max(self._state.level, 2)),
            "row": lambda _: self._row(1),
            "nestrow": lambda _: self._row(max(self._state.level, 2)),
            "sect": lambda _: self._end_section(),
            "sectd": lambda _: self._begin_section(),
            "plain": lambda _: self._plain(),
            "f": self._font,
            "deff": self._set_default_font,
            "fcharset": self._set_charset,
            "cpg": self._set_font_page,
            "ansicpg": self._set_page,
            "mac": lambda _: self._set_codec("mac_roman"),
            "pc": lambda _: self._set_codec("cp437"),
            "pca": lambda _: self._set_codec("cp850"),
            "red": lambda value: self._set_color(0, value),
            "green": lambda value: self._set_color(1, value),
            "blue": lambda value: self._set_color(2, value),
            "cf": lambda n: self._face(color=self._color_of(n)),
            "highlight": lambda n: self._face(highlight=self._color_of(n)),
            "chcbpat": lambda n: self._face(highlight=self._color_of(n)),
            "cbpat": self._paragraph_color,
            "clcbpat": self._cell_color,
            "brdrcf": self._border_color,
            "u": self._unicode,
            "deftab": self._set_default_tab,
            "paperw": lambda n: self._paper(width=n),
            "paperh": lambda n: self._paper(height=n),
            "margl": lambda n: self._paper(left=n),
            "margr": lambda n: self._paper(right=n),
            "margt": lambda n: self._paper(top=n),
            "margb": lambda n: self._paper(bottom=n),
            "headery": lambda n: self._paper_of_section(header=n),
            "footery": lambda n: self._paper_of_section(footer=n),
            "pgwsxn": lambda n: self._paper_of_section(width=n),
            "pghsxn": lambda n: self._paper_of_section(height=n),
            "marglsxn": lambda n: self._paper_of_section(left=n),
            "margrsxn": lambda n: self._paper_of_section(right=n),
            "margtsxn": lambda n: self._paper_of_section(top=n),
            "margbsxn": lambda n: self._paper_of_section(bottom=n),
            "gutter": lambda n: setattr(self._page, "gutter", max(n or 0, 0)),
            "guttersxn": lambda n: setattr(self._of_section(), "gutter", max(n or 0, 0)),
            "margmirror": lambda _: setattr(self._page, "paper", replace(self._page.paper, mirrored=True)),
            "titlepg": lambda _: setattr(self._of_section(), "title_page", True),
            "sbknone": lambda _: setattr(self._of_section(), "new_page", False),
            "deleted": lambda n: self._deleted(on=n != 0),
            "chpgn": lambda _: self._note("descartado", "número de página automático"),
            "chdate": lambda _: self._note("descartado", "data automática"),
            "chtime": lambda _: self._note("descartado", "hora automática"),
        }

    def _deleted(self, *, on: bool) -> None:
        if on:
            self._state.skip = True
            self._note("conferir", "texto excluído por revisão, que não se imprime")

    def _paragraph(self) -> None:
        if not self._state.target:
            self._flows[-1].end_paragraph(self._state)
            self._begun = None
            self._paragraphs += 1
            if self._paragraphs > MAX_PARAGRAPHS:
                raise refuse(f"O RTF tem mais de {MAX_PARAGRAPHS} parágrafos. Divida o documento.")

    def _cell(self, level: int) -> None:
        self._flows[-1].end_cell(self._state, level)

    def _row(self, level: int) -> None:
        self._begun = None
        self._flows[-1].end_row(self._state, level)

    # -- characters ---------------------------------------------------------------------------------------------------

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._ignorable = True
            return
        self._flush()
        self._destination = False
        if self._skip_next:
            self._skip_next -= 1
        elif self._state.skip:
            return
        elif symbol in "\r\n":
            self._paragraph()
        elif symbol in characters.SYMBOLS:
            self._put(characters.SYMBOLS[symbol])

    def _byte(self, character: str) -> None:
        self._destination = False
        if self._skip_next:
            self._skip_next -= 1
        elif not self._state.skip:
            self._bytes.append(character)

    def _text(self, text: str) -> None:
        self._destination = False
        if self._skip_next:
            skipped = min(self._skip_next, len(text))
            self._skip_next -= skipped
            text = text[skipped:]
        if not self._state.skip:
            if self._state.target == "colortbl":
                self._color_text(text)
            elif text.isascii() and not self._bytes:
                self._put(text)
            else:
                self._bytes.append(text)

    def _flush(self) -> None:
        """Write the bytes that wait: those of one character may be several."""
        if self._bytes:
            waiting, self._bytes = "".join(self._bytes), []
            text, missing = characters.decode(waiting, self._codec_now())
            for _ in range(missing):
                self._note("caractere", "caractere que não existe no conjunto da letra, impresso como “?”")
            self._put(text)

    def _codec_now(self) -> str:
        if self._state.target == "fonttbl":
            return self._codec
        return self._fonts.get(self._state.font, ("", self._codec))[1]

    def _unicode(self, parameter: int | None) -> None:
        """`\\u`: a UTF-16 unit, then stand-ins for programs that do not know it, which are skipped."""
        value = 0 if parameter is None else parameter
        unit = value + 0x10000 if -0x8000 <= value < 0 else value
        if not 0 < unit <= 0xFFFF:
            self._note("caractere", "caractere Unicode fora do alcance, impresso pelo seu substituto")
            return
        if unit in _HIGH:
            self._lone_surrogate()
            self._high = unit
        elif unit in _LOW and self._high is not None:
            high, self._high = self._high, None
            self._put(characters.join_surrogates(high, unit))
        elif unit in _LOW:
            self._high = unit
            self._lone_surrogate()
        else:
            self._put(chr(unit))
        self._skip_next = self._state.uc

    def _lone_surrogate(self) -> None:
        if self._high is not None:
            self._high = None
            self._note("caractere", "metade de um caractere Unicode, impressa como “?”")
            self._put("?")

    def _put(self, text: str) -> None:
        if not text:
            return
        self._lone_surrogate()
        state = self._state
        if state.target:
            self._put_aside(text)
        elif state.hidden:
            self._note("conferir", "texto oculto, que não se imprime")
        else:
            self._flows[-1].add(text, state)

    def _put_aside(self, text: str) -> None:
        if self._state.target == "fonttbl":
            self._font_name += text
            if ";" in text:
                self._end_font()
        elif self._state.target == "generator":
            self._generator += text
        elif self._state.target == "field":
            self._field += text

    def _end_field(self) -> None:
        words = self._field.split()
        name = words[0].upper() if words else ""
        if name in _FIELD_NOTICES:
            self._note("conferir" if name in ("TIME", "DATE", "PAGE", "NUMPAGES") else "mudado", _FIELD_NOTICES[name])
        elif name in _LINKS:
            self._note("descartado", "vínculo com outro arquivo: imprime-se o texto que está guardado, nada se abre")

    # -- fonts and colours --------------------------------------------------------------------------------------------

    def _font(self, number: int | None) -> None:
        if self._state.target == "fonttbl":
            self._end_font()
            self._font_number = number or 0
        else:
            self._state.font = number or 0
            self._face(font=self._font_called(self._state.font))

    def _font_called(self, number: int) -> str:
        return self._fonts.get(number, (Face().font, ""))[0]

    def _end_font(self) -> None:
        name = self._font_name.partition(";")[0].strip()
        if name:
            document = self._codec
            codec = (
                characters.codec_of_page(self._font_page)
                if self._font_page is not None
                else characters.codec_of_charset(self._font_charset, document)
            )
            self._fonts[self._font_number] = (name[:100], codec)
        self._font_name, self._font_page, self._font_charset = "", None, 0

    def _set_charset(self, charset: int | None) -> None:
        self._font_charset = charset or 0

    def _set_font_page(self, page: int | None) -> None:
        self._font_page = page

    def _set_page(self, page: int | None) -> None:
        self._codec = characters.codec_of_page(page)

    def _set_codec(self, codec: str) -> None:
        self._codec = codec

    def _set_default_font(self, number: int | None) -> None:
        self._default_font = number or 0

    def _plain(self) -> None:
        state = self._state
        state.font = self._default_font
        state.face, state.hidden = Face(font=self._font_called(self._default_font)), False

    def _face(self, **changes: object) -> None:
        self._state.face = replace(self._state.face, **changes)  # type: ignore[arg-type]

    def _set_color(self, part: int, value: int | None) -> None:
        if self._state.target == "colortbl":
            self._color[part] = max(0, min(value or 0, 255))
            self._color_given = True

    def _color_text(self, text: str) -> None:
        for _ in range(text.count(";")):
            self._colors.append("{:02X}{:02X}{:02X}".format(*self._color) if self._color_given else None)
            self._color, self._color_given = [0, 0, 0], False

    def _color_of(self, number: int | None) -> str | None:
        known = number is not None and 0 <= number < len(self._colors)
        color = self._colors[number] if known and number is not None else None
        return None if color == "000000" else color

    def _paragraph_color(self, number: int | None) -> None:
        self._state.shading_color = self._color_of(number)

    def _cell_color(self, number: int | None) -> None:
        self._state.row.coming.shading = self._color_of(number)

    def _border_color(self, number: int | None) -> None:
        place = self._state.border_place
        if place is not None:
            for side in self._state.border_sides:
                if side in place:
                    place[side] = replace(place[side], color=self._color_of(number) or "000000")

    # -- pages --------------------------------------------------------------------------------------------------------

    def _set_default_tab(self, width: int | None) -> None:
        self._default_tab = length(width or 0) or 720

    def _paper(self, **sides: int | None) -> None:
        self._change(self._page, sides)

    def _paper_of_section(self, **sides: int | None) -> None:
        self._change(self._of_section(), sides)

    def _change(self, page: PaperState, sides: Mapping[str, int | None]) -> None:
        changes = {name: length(value or 0) for name, value in sides.items()}
        page.paper = replace(page.paper, **changes)  # type: ignore[arg-type]

    def _of_section(self) -> PaperState:
        """Return the paper of the present section, which begins with that of the document."""
        if self._section is None:
            self._begin_section()
        assert self._section is not None
        return self._section

    def _begin_section(self) -> None:
        kept = self._section.paper if self._section is not None else self._page.paper
        self._section = PaperState(replace(self._page.paper, header=kept.header, footer=kept.footer), self._page.gutter)

    def _end_section(self) -> None:
        blocks = self._flows[-1].finish(self._state.face) if self._flows else []
        self._flows[-1] = Flow(self._rows)
        if not blocks and self._sections:
            return
        page = self._section or self._page
        texts = self._texts
        title = page.title_page
        self._sections.append(
            Section(
                paper=page.whole(),
                blocks=tuple(blocks),
                header=texts.get("header") or texts.get("headerr") or (),
                footer=texts.get("footer") or texts.get("footerr") or (),
                first_header=texts.get("headerf", ()) if title else None,
                first_footer=texts.get("footerf", ()) if title else None,
                new_page=page.new_page,
            )
        )
