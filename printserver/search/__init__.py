"""Search, sums and export of seals, and comparison with the court's list (T5). Writes only to the log (A3)."""

from printserver.common.cells import mark
from printserver.search.certidoes import CHOICES as CERTIDOES
from printserver.search.certidoes import as_csv as certidoes_csv
from printserver.search.certidoes import certidao, list_certidoes
from printserver.search.compare import (
    RESULTS,
    Arquivo,
    Comparison,
    Pedido,
    codes_of_court,
    compare_lists,
)
from printserver.search.export import FORMATS, all_seals_csv, export_seals
from printserver.search.free_acts import as_csv as free_acts_csv
from printserver.search.free_acts import free_acts
from printserver.search.inspection import Inspection
from printserver.search.inspection import of_act as inspect_act
from printserver.search.inspection import of_print as inspect_print
from printserver.search.inspection import of_seal as inspect_seal
from printserver.search.log import PAGE as LOG_PAGE
from printserver.search.log import THE_SERVER, LogFilter, LogPage, export_log, read_log
from printserver.search.log import as_text as log_filter_text
from printserver.search.log import authors as log_authors
from printserver.search.log import kinds as log_kinds
from printserver.search.paper_month import as_csv as paper_month_csv
from printserver.search.paper_month import paper_month
from printserver.search.results import COUNT_LIMIT, list_all
from printserver.search.streams import Export
from printserver.search.terms import Terms, parse_terms
from printserver.search.totals import add_up, compute_totals

__all__ = [
    "CERTIDOES",
    "COUNT_LIMIT",
    "FORMATS",
    "LOG_PAGE",
    "RESULTS",
    "THE_SERVER",
    "Arquivo",
    "Comparison",
    "Export",
    "Inspection",
    "LogFilter",
    "LogPage",
    "Pedido",
    "Terms",
    "add_up",
    "all_seals_csv",
    "certidao",
    "certidoes_csv",
    "codes_of_court",
    "compare_lists",
    "compute_totals",
    "export_log",
    "export_seals",
    "free_acts",
    "free_acts_csv",
    "inspect_act",
    "inspect_print",
    "inspect_seal",
    "list_all",
    "list_certidoes",
    "log_authors",
    "log_filter_text",
    "log_kinds",
    "mark",
    "paper_month",
    "paper_month_csv",
    "parse_terms",
    "read_log",
]
