"""Reads an RTF file: tokens to the document's data, with RTF's scopes by group."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from printserver.rtf import characters, destinations, symbols
from printserver.rtf.controls import CONTROLS, PARAGRAPH_WORDS
from printserver.rtf.decoder import Decoder
from printserver.rtf.flow import Flow
from printserver.rtf.fonts import COLOR_TABLE, FONT_TABLE, Colors, Fonts
from printserver.rtf.limits import MAX_CHARACTERS, MAX_DEPTH, MAX_PAGE_BREAKS, MAX_PARAGRAPHS, SAVE_AGAIN, refuse, said
from printserver.rtf.model import PAGE_NUMBER, Rtf
from printserver.rtf.notices import Notices
from printserver.rtf.opening import check_beginning, has_second_document
from printserver.rtf.rows import RowCount
from printserver.rtf.sections import Sections
from printserver.rtf.state import Control, State
from printserver.rtf.tokens import tokens

_FIELD: Final = "fldinst"
_LONGEST_INSTRUCTION: Final = 500
"""Characters of a field's instruction that are read: each text in the field is compared with them."""
_WHITE: Final = "FFFFFF"
_PRIVATE: Final = "\ue000"
"""What the file's own character of page numbers becomes: one that is refused as all private ones are."""
_LINE_ENDS: Final = str.maketrans(dict.fromkeys("\v\f\r", "\n"))


def read(content: bytes) -> Rtf:
    """Return the document of an RTF file. Nothing outside the file is read.

    Raises `Recusa` `corpo-invalido` that says what is damaged and where, for a file that is no RTF, is cut off or is
    over the limits.
    """
    check_beginning(content)
    source = content.decode("latin-1")
    reader = _Reader()
    end = reader.run(source, source.index("{"))
    return reader.document(second=has_second_document(source, end))


@dataclass(slots=True)
class _Field:
    """A field that is being read: its instruction, whether that is a page's number, and whether a text is stored."""

    instruction: str = ""
    is_page: bool = False
    printed: bool = False

    def add(self, text: str) -> None:
        """Take more of the instruction."""
        if len(self.instruction) < _LONGEST_INSTRUCTION:
            self.instruction += text[:_LONGEST_INSTRUCTION]
            self.is_page = destinations.is_page_number(self.instruction)


class _Reader:
    """Reads one document. `_ends` has for each open group what is done at its end."""

    def __init__(self) -> None:
        self._notices = Notices()
        self._decoder = Decoder(self._notices)
        self._fonts, self._colors, self._sections = Fonts(), Colors(), Sections(self._notices)
        self._state = State()
        self._stack: list[State] = []
        self._ends: list[Callable[[], None] | None] = []
        self._first = self._ignorable = False  # whether a group has just begun; after its `\*`
        self._rows = RowCount()
        self._flows = [Flow(self._rows)]
        self._fields: list[_Field] = []
        self._paragraphs = self._boxes = self._characters = self._breaks = 0
        self._labelled = self._has_text = False  # of the present paragraph
        self._begun: State | None = None  # of the last paragraph of the body, if it is set but has not ended
        self._controls: Mapping[str, Control] = {
            **CONTROLS,
            **self._fonts.controls(),
            **self._colors.controls(),
            **self._sections.controls(),
            **{word: self._note_word(word) for word in destinations.OF_WORD},
            "par": lambda *_: self._end_paragraph(),
            "cell": lambda *_: self._end_cell(1),
            "nestcell": lambda state, _: self._end_cell(max(state.level, 2)),
            "row": lambda *_: self._end_row(1),
            "nestrow": lambda state, _: self._end_row(max(state.level, 2)),
            "sect": lambda *_: self._end_section(),
            "u": lambda state, value: self._write(self._decoder.unicode(value or 0, state.uc)),
        }

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
        missing = len(self._stack)
        raise refuse(
            f"O RTF está cortado: acaba no byte {len(source)}, e falta{'m' if missing > 1 else ''} {missing}"
            f" chave{'s' if missing > 1 else ''} de fechamento. {SAVE_AGAIN}"
        )

    def document(self, *, second: bool) -> Rtf:
        """Return what was read; `second`: another document follows in the file."""
        if self._begun is not None and not self._begun.in_table:
            self._write(self._decoder.half())
            self._flows[-1].end_paragraph(self._begun)
        self._end_section()
        if second:
            self._notices.add("conferir", "o arquivo tem um segundo documento depois do primeiro, que não se imprime")
        return Rtf(
            self._sections.all(),
            self._sections.default_tab,
            self._notices.all(),
        )

    # -- groups -------------------------------------------------------------------------------------------------------

    def _open(self, at: int) -> None:
        self._flush()
        if len(self._stack) >= MAX_DEPTH:
            raise refuse(f"O RTF tem mais de {MAX_DEPTH} grupos uns dentro dos outros, no byte {at + 1}.")
        self._stack.append(self._state)
        self._ends.append(None)
        self._state = self._state.copy()
        self._decoder.end_stand_ins()
        self._first, self._ignorable = True, False

    def _close(self) -> None:
        self._flush()
        self._decoder.end_stand_ins()
        end = self._ends.pop()
        if end is not None:
            end()
        self._state = self._stack.pop()
        self._first = self._ignorable = False

    def _begin(self, word: str, *, ignorable: bool) -> bool:
        """Begin a destination, if the word is one; return whether it is."""
        state = self._state
        if word == "ud":
            state.skip, state.upr = state.skip and not state.upr, False
            return True
        if state.skip:
            return False
        if word == "upr":  # the same text in bytes, then in Unicode: the second is read
            state.skip = state.upr = True
            return True
        said = destinations.OF_DESTINATION.get(word)
        if said is not None:
            self._notices.add(*said)
        begin = self._beginning(word)
        if begin is not None:
            begin(word)
            return True
        if word in destinations.SKIPPED or (ignorable and word not in destinations.READ_THOUGH_IGNORABLE):
            state.skip = True
            return True
        return False

    def _beginning(self, word: str) -> Callable[[str], None] | None:
        """Return what begins a destination that is read in a way of its own."""
        if word in destinations.BOXES or word in destinations.MARGIN_TEXTS:
            return self._begin_flow
        if word in destinations.ASIDE:
            return self._begin_aside
        if word in destinations.DRAWINGS:
            return self._begin_drawing
        if word in destinations.LABELS:
            return self._begin_label
        return self._begin_field if word == "field" else None

    def _begin_flow(self, word: str) -> None:
        around = self._state.copy()
        begun, labelled, has_text = self._begun, self._labelled, self._has_text
        self._write(self._decoder.half())
        self._flows.append(Flow(self._rows) if word in destinations.MARGIN_TEXTS else self._flows[-1].box(around))
        self._state.reset_paragraph()
        self._fonts.plain(self._state)

        def end() -> None:
            self._end_flow(word, around)
            self._begun, self._labelled, self._has_text = begun, labelled, has_text

        self._ends[-1] = end

    def _end_flow(self, word: str, around: State) -> None:
        self._write(self._decoder.half())
        flow = self._flows.pop()
        blocks = flow.finish(self._state.face)
        if word in destinations.MARGIN_TEXTS:
            self._sections.set_text(word, tuple(blocks))
            return
        self._flows[-1].insert(blocks, around, has_text=flow.has_text)
        if flow.has_text:
            self._boxes += 1
            self._notices.add(*(destinations.NOTE if word == "footnote" else destinations.BOX))

    def _begin_aside(self, word: str) -> None:
        self._state.target = word
        if word == FONT_TABLE:
            around = self._stack[-1]

            def end() -> None:
                self._fonts.end_font()
                self._fonts.use_default(around)

            self._ends[-1] = end

    def _begin_drawing(self, _: str) -> None:
        """A drawing that has no text box is not printed, which is said."""
        before = self._boxes

        def end() -> None:
            if self._boxes == before:
                self._notices.add(*destinations.DRAWING)

        self._ends[-1] = end

    def _begin_label(self, _: str) -> None:
        """The label of a list item; Word may write it twice."""
        self._state.skip = self._labelled
        self._labelled = True

    def _begin_field(self, _: str) -> None:
        field = _Field()
        self._fields.append(field)

        def end() -> None:
            if not field.printed and field.is_page:
                self._put(PAGE_NUMBER)
            self._fields.pop()
            said = destinations.of_field(field.instruction, printed=field.printed)
            if said is not None:
                self._notices.add(*said)
            if field.printed and self._fields:
                self._fields[-1].printed = True

        self._ends[-1] = end

    # -- tokens -------------------------------------------------------------------------------------------------------

    def _word(self, word: str, parameter: int | None) -> None:
        self._flush()
        first, ignorable = self._first, self._ignorable
        self._first = self._ignorable = False
        if word not in ("u", "uc") and self._decoder.skip():
            return
        if first and self._begin(word, ignorable=ignorable):
            return
        if self._state.skip:
            return
        control = self._controls.get(word)
        if control is not None:
            control(self._state, parameter)
            if word in PARAGRAPH_WORDS and len(self._flows) == 1:
                self._begun = self._state
        elif word in characters.WORDS:
            self._put(characters.WORDS[word])

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._ignorable = True
            return
        self._flush()
        self._first = False
        if self._decoder.skip() or self._state.skip:
            return
        if symbol in "\r\n":
            self._end_paragraph()
        elif symbol in characters.SYMBOLS:
            self._put(characters.SYMBOLS[symbol])

    def _byte(self, character: str) -> None:
        self._first = False
        if not self._decoder.skip() and not self._state.skip:
            self._decoder.add(character)

    def _text(self, text: str) -> None:
        self._first = False
        text = self._decoder.skip_in(text)
        if not self._state.skip:
            if text.isascii() and not self._decoder.waits and not self._fonts.symbols(self._state):
                self._write(text)
            else:
                self._decoder.add(text)

    # -- characters ---------------------------------------------------------------------------------------------------

    def _flush(self) -> None:
        """Write the bytes that wait."""
        if not self._decoder.waits:
            return
        font = "" if self._state.target else self._fonts.symbols(self._state)
        self._write(self._decoder.raw() if font else self._decoder.take(self._fonts.codec(self._state)))

    def _write(self, text: str) -> None:
        """Write text that is not a control word's: it has no page end, and may be of a symbol font."""
        font = "" if self._state.target else self._fonts.symbols(self._state)
        if font:
            text, unknown = symbols.as_unicode(text, font)
            if unknown:
                self._notices.add("conferir", "sinal de uma fonte de símbolos impresso por outro")
        self._put(text.translate(_LINE_ENDS).replace(PAGE_NUMBER, _PRIVATE))

    def _put(self, text: str) -> None:
        if not text:
            return
        state = self._state
        text = self._decoder.half() + text
        if state.target:
            self._put_aside(text, state.target)
        elif state.hidden:
            self._notices.add("conferir", "texto oculto, que não se imprime")
        elif state.deleted:
            self._notices.add("conferir", "texto excluído por revisão, que não se imprime")
        else:
            self._print(text, state)

    def _print(self, text: str, state: State) -> None:
        if self._fields and self._fields[-1].is_page:
            if self._fields[-1].printed or (text.isspace() and text != PAGE_NUMBER):
                return  # the number that is stored
            text = PAGE_NUMBER
        self._characters += len(text)
        if self._characters > MAX_CHARACTERS:
            raise refuse(f"O RTF tem texto demais: mais de {said(MAX_CHARACTERS)} letras. Divida o documento.")
        self._breaks += text == "\f"
        if self._breaks > MAX_PAGE_BREAKS:
            raise refuse(f"O RTF tem mais de {MAX_PAGE_BREAKS} quebras de página. Divida o documento.")
        self._flows[-1].add(text, state)
        if not text.isspace():
            self._has_text = True
            if self._fields:
                self._fields[-1].printed = True
            if state.face.color == _WHITE and state.face.highlight is None:
                self._notices.add("conferir", "texto de cor branca, que não aparece no papel")

    def _put_aside(self, text: str, target: str) -> None:
        if target == FONT_TABLE:
            self._fonts.add_name(text)
        elif target == COLOR_TABLE:
            self._colors.add(text)
        elif target == _FIELD and self._fields:
            self._fields[-1].add(text)

    # -- ends ---------------------------------------------------------------------------------------------------------

    def _note_word(self, word: str) -> Control:
        usual, said = destinations.OF_WORD[word]

        def do(_: State, value: int | None) -> None:
            if value not in usual:
                self._notices.add(*said)

        return do

    def _end_text(self) -> None:
        """End the text of a paragraph. A list item whose label is not in the file is noted."""
        self._write(self._decoder.half())
        if self._state.listed and self._has_text and not self._labelled:
            self._notices.add("conferir", "item de lista sem o número ou sinal, que o arquivo não traz escrito")
        self._labelled = self._has_text = False

    def _end_paragraph(self) -> None:
        if self._state.target:
            return
        self._end_text()
        self._flows[-1].end_paragraph(self._state)
        self._begun = None
        self._paragraphs += 1
        if self._paragraphs > MAX_PARAGRAPHS:
            raise refuse(f"O RTF tem mais de {said(MAX_PARAGRAPHS)} parágrafos. Divida o documento.")

    def _end_cell(self, level: int) -> None:
        if not self._state.target:
            self._end_text()
            self._flows[-1].end_cell(self._state, level)

    def _end_row(self, level: int) -> None:
        if not self._state.target:
            self._end_text()
            self._begun = None
            self._flows[-1].end_row(self._state, level)

    def _end_section(self) -> None:
        """`\\sect`; in a header or a box, which have no sections, it ends a paragraph."""
        if self._state.target or len(self._flows) > 1:
            self._end_paragraph()
            return
        self._end_text()
        self._sections.end(self._flows[-1].finish(self._state.face))
        self._flows[-1] = Flow(self._rows)
        self._begun = None
