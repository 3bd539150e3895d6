"""Joins bytes, Unicode numbers and their stand-ins to characters."""

from typing import Final

from printserver.rtf import characters
from printserver.rtf.notices import Notices

_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
_NOT_IN_CODE_PAGE: Final = "caractere que não existe no conjunto da fonte, impresso como “?”"
_HALF: Final = "metade de um caractere Unicode, impressa como “?”"
_OUT_OF_RANGE: Final = "caractere Unicode fora do alcance, impresso pelo seu substituto"
_UNKNOWN: Final = "?"


class Decoder:
    """What waits to become characters: bytes, the first half of a surrogate pair, stand-ins that are skipped."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._bytes: list[str] = []
        self._skipped = 0
        self._high: int | None = None

    def end_stand_ins(self) -> None:
        """Skip no more: stand-ins end with their group."""
        self._skipped = 0

    def skip(self) -> bool:
        """Return whether a control word or a byte is one of the stand-ins."""
        if not self._skipped:
            return False
        self._skipped -= 1
        return True

    def skip_in(self, text: str) -> str:
        """Return `text` without the stand-ins at its beginning."""
        skipped = min(self._skipped, len(text))
        self._skipped -= skipped
        return text[skipped:]

    @property
    def waits(self) -> bool:
        """Whether there are bytes that wait."""
        return bool(self._bytes)

    def add(self, some: str) -> None:
        """Take bytes, one character each."""
        self._bytes.append(some)

    def take(self, codec: str) -> str:
        """Return the bytes that wait as text: those of one character may have come one by one."""
        waiting, self._bytes = "".join(self._bytes), []
        text, missing = characters.decode(waiting, codec)
        if missing:
            self._notices.add("caractere", _NOT_IN_CODE_PAGE)
        return text

    def raw(self) -> str:
        """Return the bytes that wait as they are."""
        waiting, self._bytes = "".join(self._bytes), []
        return waiting

    def unicode(self, value: int, stand_ins: int) -> str:
        """Return what can be written after `\\u`: a UTF-16 unit, then stand-ins for programs that do not know it."""
        unit = value + 0x10000 if -0x8000 <= value < 0 else value
        if not 0 < unit < 0xFFFE:
            self._notices.add("caractere", _OUT_OF_RANGE)
            return "" if stand_ins else _UNKNOWN
        self._skipped = stand_ins
        if unit in _HIGH:
            written, self._high = self.half(), unit
            return written
        if unit in _LOW:
            high, self._high = self._high, None
            if high is None:
                self._notices.add("caractere", _HALF)
                return _UNKNOWN
            return characters.join_surrogates(high, unit)
        return self.half() + chr(unit)

    def half(self) -> str:
        """Return what is written for the first half of a character whose second half did not come."""
        if self._high is None:
            return ""
        self._high = None
        self._notices.add("caractere", _HALF)
        return _UNKNOWN
