"""Rendering: lay out and cache pages, then stamp each print. No jobs, business rules or queues."""

from printserver.rendering.body.characters import BodyNotice
from printserver.rendering.extract import extract_pages
from printserver.rendering.offset import shift
from printserver.rendering.page_pictures import WIDTHS, PageImages, Undrawable
from printserver.rendering.preview import Proof, previsualizar, prove, sample_stamp
from printserver.rendering.qr import as_svg, matrix
from printserver.rendering.render import (
    Box,
    Layout,
    LayoutRequest,
    Render,
    Side,
    begin_pool,
)
from printserver.rendering.reports import Report, Section, Table
from printserver.rendering.rtf_source import CODE_BOX, QR_BOX, RtfFacts, RtfModel
from printserver.rendering.rtf_source import pack as pack_model
from printserver.rendering.stamp import (
    DamagedBase,
    PrintedSide,
    Stamp,
    UnprintableText,
    apply_stamp,
    dry_run_stamp,
    page_sides,
)
from printserver.rendering.test_page import QueueTestPage, draw

__all__ = [
    "CODE_BOX",
    "QR_BOX",
    "WIDTHS",
    "BodyNotice",
    "Box",
    "DamagedBase",
    "Layout",
    "LayoutRequest",
    "PageImages",
    "PrintedSide",
    "Proof",
    "QueueTestPage",
    "Render",
    "Report",
    "RtfFacts",
    "RtfModel",
    "Section",
    "Side",
    "Stamp",
    "Table",
    "Undrawable",
    "UnprintableText",
    "apply_stamp",
    "as_svg",
    "begin_pool",
    "draw",
    "dry_run_stamp",
    "extract_pages",
    "matrix",
    "pack_model",
    "page_sides",
    "previsualizar",
    "prove",
    "sample_stamp",
    "shift",
]
