"""HTML as Word, Outlook, Google Docs and LibreOffice put it on the clipboard, and typical damage to it."""

import random
import re
from collections.abc import Callable
from html import escape

from bench.hostile.words import Words

SOURCES = ("word", "outlook", "docs", "libreoffice")
_DEEPEST = 3
_ENTITIES = {"á": "&aacute;", "ã": "&atilde;", "ç": "&ccedil;", "é": "&#233;", "ó": "&#xf3;", "í": "&iacute;"}

_WORD_HEAD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns:m="http://schemas.microsoft.com/office/2004/12/omml"
xmlns="http://www.w3.org/TR/REC-html40"><head><meta http-equiv=Content-Type content="text/html; charset=utf-8">
<meta name=Generator content="Microsoft Word 15"><link rel=File-List href="cid:filelist.xml@01DA">
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View><w:Zoom>0</w:Zoom></w:WordDocument></xml><![endif]-->
<style><!-- @font-face {font-family:Wingdings; panose-1:5 0 0 0;} p.MsoNormal, li.MsoNormal {margin:0cm;
mso-style-unhide:no; font-size:11.0pt;} --></style><!--[if gte mso 10]><style>table.MsoNormalTable{mso-para-margin:0cm}
</style><![endif]--></head><body lang=PT-BR style='tab-interval:35.4pt;word-wrap:break-word'><!--StartFragment-->"""
_ENDS = {
    "word": "<!--EndFragment--></body></html>",
    "outlook": "</div></body></html>",
    "docs": '</b><br class="Apple-interchange-newline">',
    "libreoffice": "</body></html>",
}
_HEADS = {
    "word": _WORD_HEAD,
    "outlook": _WORD_HEAD.replace("<!--StartFragment-->", "<div class=WordSection1>"),
    "docs": '<meta charset=\'utf-8\'><b style="font-weight:normal;" id="docs-internal-guid-5d1c0b7e-7fff">',
    "libreoffice": '<!DOCTYPE html>\n<html>\n<head>\n'
    '<meta http-equiv="content-type" content="text/html; charset=utf-8"/>\n'
    '<style type="text/css">\n@page { size: 21cm 29.7cm; margin: 2cm }\np { line-height: 115% }\n</style>\n</head>\n'
    '<body lang="pt-BR" link="#000080" dir="ltr">',
}  # fmt: skip
_PARAGRAPHS = {
    "word": "class=MsoNormal style='margin-bottom:0cm;text-align:justify;line-height:normal;"
    "mso-layout-grid-align:none'",
    "outlook": "class=MsoNormal style='mso-margin-top-alt:auto;text-indent:35.4pt'",
    "docs": 'dir="ltr" style="line-height:1.38;margin-top:0pt;margin-bottom:0pt;text-align: justify;"',
    "libreoffice": 'align="justify" style="font-weight: normal; line-height: 100%; margin-bottom: 0cm"',
}
_SPANS = {
    "word": "lang=EN-US style='font-size:12.0pt;font-family:\"Times New Roman\",serif;mso-fareast-language:PT-BR'",
    "outlook": "style='font-family:\"Arial\",sans-serif;color:#1F497D;mso-fareast-language:EN-US'",
    "docs": 'style="font-size:11pt;font-family:Arial,sans-serif;color:#000000;background-color:transparent;'
    'vertical-align:baseline;white-space:pre-wrap;"',
    "libreoffice": 'style="font-variant: normal"',
}


class Paste:
    """Writes one document in the style of one of `SOURCES`."""

    def __init__(self, source: str, words: Words, image: Callable[[], str]) -> None:
        self._source = source
        self._words = words
        self._chance = words.chance
        self._image = image
        self._parts = [_HEADS[source]]
        self._rows = self._cells = 0

    def write(self, parts: int) -> str:
        """Return the document, with `parts` paragraphs, lists, tables …"""
        for _ in range(parts):
            self._block(0)
        self._parts.append(_ENDS[self._source])
        text = "".join(self._parts)
        return text.replace("\n", "\r\n") if self._source in ("word", "outlook") else text

    def _add(self, text: str) -> None:
        self._parts.append(text)

    def _block(self, depth: int) -> None:
        kinds: list[Callable[..., None]] = [self._paragraph] * 6 + [
            self._heading,
            self._blank,
            self._list,
            self._false_list,
            self._break,
            self._shape,
        ]
        if depth < _DEEPEST:
            kinds += [self._table, self._table, self._section]
        chosen = self._chance.choice(kinds)
        if chosen in (self._table, self._section):
            chosen(depth)
        else:
            chosen()

    def _paragraph(self) -> None:
        self._add(f"<p {_PARAGRAPHS[self._source]}>")
        self._runs(self._chance.randint(1, 6))
        self._add(self._chance.choice(["<o:p></o:p></p>", "</p>\n", "</P>"]) if self._source != "docs" else "</p>")

    def _heading(self) -> None:
        level = self._chance.randint(1, 6)
        self._add(f"<h{level} style='text-align:center'>")
        self._runs(1)
        self._add(f"</h{level}>")

    def _blank(self) -> None:
        self._add(self._chance.choice([
            "<p class=MsoNormal><o:p>&nbsp;</o:p></p>", "<p><br/></p>", "<br/>", "<p></p>", "<p>&nbsp;</p>" * 3,
        ]))  # fmt: skip

    def _break(self) -> None:
        self._add(self._chance.choice([
            "<span style='font-size:12.0pt'><br clear=all "
            "style='mso-special-character:line-break;page-break-before:always'></span>",
            '<p style="page-break-before: always">',
            "<hr>",
            "<div style='mso-element:para-border-div;border:none;border-bottom:solid windowtext 1.0pt'></div>",
        ]))  # fmt: skip

    def _shape(self) -> None:
        self._add("<p class=MsoNormal><span style='mso-no-proof:yes'>")
        if self._source in ("word", "outlook"):
            self._add("<!--[if gte vml 1]><v:shape id=\"Imagem_1\" style='width:99pt'><v:imagedata src=\"file:///C:/i.png\"/>"
                      "</v:shape><![endif]--><![if !vml]>")  # fmt: skip
        self._add(self._image())
        if self._source in ("word", "outlook"):
            self._add("<![endif]>")
        self._add("</span>")
        self._runs(1)
        self._add("</p>")

    def _runs(self, count: int) -> None:
        for _ in range(count):
            self._run()

    def _run(self) -> None:
        opening, closing = self._chance.choice([
            ("", ""), ("", ""), (f"<span {_SPANS[self._source]}>", "</span>"), ("<b>", "</b>"),
            ("<b style='mso-bidi-font-weight:normal'><u>", "</u></b>"), ("<i><span lang=LA>", "</span></i>"),
            ("<font face='Times New Roman, serif'><font size=3>", "</font></font>"), ("<strong><em>", "</em></strong>"),
            ("<a href='http://exemplo.invalid/' name=_Hlk1>", "</a>"), ("<sup>", "</sup>"), ("<ins>", "</ins>"),
            ("<span style='mso-spacerun:yes'>  </span><span class=SpellE>", "</span>"),
            ("<small><big>", "</big></small>"),
        ])  # fmt: skip
        if self._chance.random() < 0.08:
            family, sign = self._chance.choice([("Wingdings", "§"), ("Symbol", "·")])  # Word's bullets
            self._add(f"<span style='font-family:{family};mso-char-type:symbol'>{sign}</span>")
        self._add(opening)
        self._text(self._words.some(14))
        self._add(
            closing + self._chance.choice([" ", " ", ", ", "&nbsp;", ". ", "\n", "&nbsp;&nbsp; ", "<br>", "<wbr> "])
        )

    def _text(self, words: list[str]) -> None:
        joined = words[0]
        for word in words[1:]:
            joined += (
                self._chance.choice([" "] * 9 + ["\u00a0", "\n", "  ", " &ndash; ", "&#8203; ", " &ldquo;", ";&#160;"])
                + word
            )
        if self._chance.random() < 0.3:
            for plain, entity in _ENTITIES.items():
                joined = joined.replace(plain, entity)
        self._add(joined)

    def _list(self, depth: int = 0) -> None:
        tag = self._chance.choice(["ul type=disc", "ol start=3 type=a", "OL", "ul style='margin-top:0cm'"])
        self._add(f"<{tag}>")
        for _ in range(self._chance.randint(1, 4)):
            self._add("<li class=MsoNormal style='mso-list:l0 level1 lfo1'>")
            self._runs(1)
            if depth < 2 and self._chance.random() < 0.2:
                self._list(depth + 1)
            self._add(self._chance.choice(["</li>", "", "<o:p></o:p></li>"]))
        self._add(f"</{tag.split()[0]}>")

    def _false_list(self) -> None:
        font = "<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp;&nbsp;&nbsp;&nbsp; </span>"
        for number in range(self._chance.randint(1, 4)):
            self._add("<p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:l1 level1 lfo2'>")
            self._add(f"<![if !supportLists]><span style='mso-list:Ignore'>{number + 1}.{font}</span><![endif]>")
            self._runs(1)
            self._add("<o:p></o:p></p>")

    def _section(self, depth: int) -> None:
        tag = self._chance.choice(["div", "blockquote", "section", "center", "article", "fieldset"])
        self._add(f"<{tag} align=right>")
        for _ in range(self._chance.randint(1, 3)):
            self._block(depth + 1)
        self._add(f"</{tag}>")

    def _table(self, depth: int) -> None:
        columns = self._chance.randint(1, 5 if depth == 0 else 3)
        self._add("<table class=MsoTableGrid border=1 cellspacing=0 cellpadding=0 width=\"100%\" "
                  "style='border-collapse:collapse;mso-yfti-tbllook:1184'>")  # fmt: skip
        if self._source == "libreoffice":
            self._add('<col width="128*"/>' * columns)
        if self._chance.random() < 0.3:
            self._add("<thead>")
            self._row(columns, depth, head=True)
            self._add("</thead>")
        self._add("<tbody>")
        for _ in range(self._chance.choice([1, 1, 2, 3, 3, 30 if depth == 0 else 2])):
            self._row(columns, depth)
        self._add("</tbody></table>")

    def _row(self, columns: int, depth: int, *, head: bool = False) -> None:
        self._add("<tr style='mso-yfti-irow:0;page-break-inside:avoid'>")
        if not self._words.cell:
            self._rows += 1
            self._words.row = self._rows
        left = columns
        while left:
            span = self._chance.randint(1, left) if self._chance.random() < 0.2 else 1
            left -= span
            outer = self._words.cell
            self._cells += 1
            self._words.cell = self._cells
            tag = "th" if head else "td"
            self._add(
                f"<{tag}{f' colspan={span}' if span > 1 else ''} width=\"25%\" vertical=top style='padding:0cm 5.4pt'>"
            )
            if head:
                self._add(" ".join(self._words.some(2, repeats=True)))
            elif depth + 1 < _DEEPEST and self._chance.random() < 0.08:
                self._block(depth + 1)
            else:
                self._add(f"<p {_PARAGRAPHS[self._source]}>")
                self._text(self._words.some(6))
                self._add("<o:p></o:p></p>")
            self._words.cell = outer
            self._add(f"</{tag}>")
        if not self._words.cell:
            self._words.row = 0
        self._add("</tr>")


_STRAYS = (
    "</table>", "</td>", "</p>", "</body>", "</div>", "<tr>", "<td>", "<li>", "<thead>", "<p/>", "<b>", "</i>", "<x:y>",
    "<?", "?>", "&", "<", "&amp",
)  # fmt: skip
_CLOSING = re.compile(r"</[A-Za-z][^<>]*>")
_OPENING = re.compile(r"<[A-Za-z][^<>]*>")


def damage(html: str, chance: random.Random) -> str:
    """Return `html` with one to four tags lost, duplicated or misplaced; the text is unchanged."""
    for _ in range(chance.randint(1, 4)):
        html = chance.choice([_lose_closing, _lose_opening, _double, _stray, _swap])(html, chance)
    return html


def _lose_closing(html: str, chance: random.Random) -> str:
    return _cut(html, _CLOSING, chance, "")


def _lose_opening(html: str, chance: random.Random) -> str:
    return _cut(html, re.compile(r"<(?!style|script)[A-Za-z][^<>]*>"), chance, "")


def _double(html: str, chance: random.Random) -> str:
    places = [found for found in _OPENING.finditer(html) if not found[0].startswith(("<img", "<style"))]
    found = chance.choice(places)
    return html[: found.end()] + found[0] + html[found.end() :]


def _stray(html: str, chance: random.Random) -> str:
    at = chance.choice([found.start() for found in _OPENING.finditer(html)])
    tag = chance.choice(_STRAYS)
    return f"{html[:at]}{tag} {html[at:]}"


def _swap(html: str, chance: random.Random) -> str:
    found = chance.choice(list(_CLOSING.finditer(html)))
    other = chance.choice(["</b></p>", "</span></td>", "</p></b>", "</li></ul>"])
    return html[: found.start()] + other + html[found.end() :]


def _cut(html: str, what: re.Pattern[str], chance: random.Random, put: str) -> str:
    places = list(what.finditer(html, html.find("<body") + 1))
    if not places:
        return html
    found = chance.choice([each for each in places if not each[0].startswith("</style")] or places)
    return html[: found.start()] + put + html[found.end() :]


def image_tag(address: str, chance: random.Random) -> str:
    """Return an `img` of about 2 cm in the style of one of the programs."""
    size = chance.choice(["width=80 height=60", 'width="80" style="width:2cm;height:1.5cm"', "style='width:.84in'"])
    return f'<img {size} src="{escape(address)}" alt="imagem" v:shapes="Imagem_1">'
