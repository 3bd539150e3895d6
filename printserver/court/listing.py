"""The court's list of the seals of a period, requested page by page, with a total time limit."""

import time
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from datetime import date

from printserver.common.data import JsonView
from printserver.court.answers import from_listing, general_failure
from printserver.court.client import Transport
from printserver.errors import Recusa


def request_listing(court: Transport, de: date, ate: date, seconds: float) -> list[JsonView]:
    """Return the court's items of the days `de` to `ate`, as received. Closes `court` at the end.

    Raises `Recusa` `tribunal-nao-responde` if the list is not complete within `seconds`.
    """
    end = time.monotonic() + seconds
    # A court that sends single bytes slowly outlasts the transport's own limit: a thread requests, and is abandoned.
    beside = ThreadPoolExecutor(1, thread_name_prefix="list")
    try:
        items: list[JsonView] = []
        page = 1
        while True:
            try:
                exchange = beside.submit(court.list_all, de, ate, page).result(max(0.0, end - time.monotonic()))
            except TooLate:
                raise _no_answer(f"a lista não chegou inteira em {seconds:g} s") from None
            if (fault := general_failure(exchange)) is not None:
                raise _no_answer(fault)
            if (found := from_listing(exchange)) is None:
                raise _no_answer("respondeu com o que não é uma lista de selos")
            items += found.itens
            if not found.itens or len(items) >= found.total:
                return items
            page += 1
    finally:
        court.close()
        beside.shutdown(wait=False, cancel_futures=True)


def try_court(court: Transport, day: date) -> str | None:
    """Ask the court for the list of one day; nothing is reported. Return why that does not work (Portuguese), or None.

    Closes `court` at the end.
    """
    try:
        found = court.list_all(day, day, 1)
    finally:
        court.close()
    if found.status in (401, 403):
        return f"o tribunal respondeu {found.status}: não aceita o certificado desta serventia"
    if (fault := general_failure(found)) is not None:
        return fault
    return None if from_listing(found) is not None else "o que responde nesse endereço não é o serviço do tribunal"


def _no_answer(why: str) -> Recusa:
    return Recusa(
        "tribunal-nao-responde",
        f"O tribunal não deu a sua lista: {why}. Tente de novo mais tarde ou com um período menor, ou carregue a "
        "lista de um arquivo.",
    )
