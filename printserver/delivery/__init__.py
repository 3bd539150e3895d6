"""Delivery of sealed jobs to paper: claims, attempts, turns, hand-off, numbered paper, the watcher."""

from printserver.delivery.attempts import AttemptContent, current_attempt, new_attempt
from printserver.delivery.download import page_image, page_size, pdf
from printserver.delivery.paper_stock import paper_group, receive_paper, report_queue_paper, tally, with_paper
from printserver.delivery.queues import cups_server, offset_of
from printserver.delivery.watcher import Watches
from printserver.delivery.withdraw import withdraw_from_queue

__all__ = [
    "AttemptContent",
    "Watches",
    "advance",
    "claims",
    "cups_server",
    "cups_setup",
    "current_attempt",
    "new_attempt",
    "numbered_paper",
    "offset_of",
    "page_image",
    "page_size",
    "paper_group",
    "passes",
    "pdf",
    "printout",
    "proof_print",
    "queue_setup",
    "queue_trial",
    "queues",
    "receive_paper",
    "report_queue_paper",
    "requests",
    "sheets",
    "spool",
    "tally",
    "turns",
    "with_paper",
    "withdraw_from_queue",
]
