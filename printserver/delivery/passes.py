"""A print that reaches its paper in more than one try: copies one by one; fronts and, when they are turned, backs.

One job, one sealing, one stored PDF: each pass is an extract of its bytes with a hash of its own (X5). Backs go out
only on a person's word that the sheets lie turned in the tray.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import attempts, original, printout, spool
from printserver.documents import paginas_do_extrato
from printserver.ledger import questions
from printserver.ledger.states import ENTREGUE, IMPRESSO, RENDERIZADO
from printserver.office import audit
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.rendering import LadoImpresso, extrair

FRENTE: Final = "frente"
FRENTE_DEPOIS_VERSO: Final = "frente-depois-verso"
NENHUMA: Final = ""  # the pages of a pass that is but a side left empty


@dataclass(frozen=True, slots=True)
class Passada:
    """One pass: its place among the passes, and the places in the printed file that it shows (None: all)."""

    indice: int
    posicoes: tuple[int, ...] | None
    paginas: str | None
    versos: bool = False


def plano(office: Office, row: Mapping[Any, Any], fila: str) -> tuple[Passada, ...]:
    """Return the passes in which a queue prints the job: on a folder nobody turns sheets."""
    each: list[tuple[tuple[int, ...] | None, str | None, bool]] = [(None, None, False)]
    if row["faces"] == FRENTE_DEPOIS_VERSO and _tipo(office, fila) != "pasta":
        sides = printout.lados_do_job(office, row)
        used = [place for place, side in enumerate(sides) if side.pagina is not None or side.em_branco]
        halves = [(tuple(place for place in used if place % 2 == back), bool(back)) for back in (0, 1)]
        each = [(places, _paginas(sides, places), back) for places, back in halves if places]
    passes = [part for _ in range(row["copias"]) for part in each]
    first_is_backs = each[0][2]  # an act of one page that begins on the back: nothing was printed to be turned
    return tuple(
        Passada(n, places, pages, versos=back and not first_is_backs) for n, (places, pages, back) in enumerate(passes)
    )


def primeira(office: Office, row: Mapping[Any, Any], fila: str) -> dict[str, Any]:
    """Return what `nova_tentativa` is told of the first pass of a print."""
    if not _em_partes(row):
        return {"passada": 0}
    return como_tentativa(office, row, plano(office, row, fila)[0])


def de_novo(office: Office, row: Mapping[Any, Any], fila: str) -> dict[str, Any]:
    """Return what `nova_tentativa` is told of the newest pass, of which nothing came out."""
    if not _em_partes(row):
        return {"passada": 0}
    with office.db.read() as conn:
        newest = max(ultima_passada(conn, row), 0)
    passes = plano(office, row, fila)
    return como_tentativa(office, row, passes[min(newest, len(passes) - 1)])


def como_tentativa(office: Office, row: Mapping[Any, Any], passada: Passada) -> dict[str, Any]:
    """Return what `nova_tentativa` is told of a pass; its bytes are made and kept."""
    digest = None if passada.posicoes is None else extrato(office, row, passada.posicoes)
    return {"passada": passada.indice, "paginas": passada.paginas, "pdf_sha256": digest}


def extrato(office: Office, row: Mapping[Any, Any], posicoes: Sequence[int | None]) -> str:
    """Keep the extract of a job's PDF with these places of it (None: an empty side); return its SHA-256.

    Raises `PdfPerdido`, OSError (see `original`).
    """
    return spool.guardar(office.spool, extrair(original.inteiro(office, row), posicoes))


def bytes_da_tentativa(office: Office, row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> bytes:
    """Return the very bytes of a try's `pdf_sha256`, read or made again; they are in the spool on return.

    Raises `PdfPerdido`, OSError (see `original`).
    """
    digest = attempt["pdf_sha256"]
    if digest == row["pdf_sha256"]:
        return original.inteiro(office, row)
    try:
        return spool.ler(office.spool, digest)
    except spool.Alterado:
        content = extrair(original.inteiro(office, row), _posicoes_da_tentativa(office, row, attempt))
    original.conferir(office, content, digest)
    spool.guardar(office.spool, content)
    return content


def _posicoes_da_tentativa(office: Office, row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> Sequence[int | None]:
    if attempt["passada"] is not None:
        return plano(office, row, attempt["fila"])[attempt["passada"]].posicoes or ()
    return posicoes(office, row, paginas_do_extrato(attempt["paginas"], row["paginas"]) or ())


def posicoes(office: Office, row: Mapping[Any, Any], paginas: Sequence[int]) -> list[int | None]:
    """Return the places in the printed file of pages that are printed again, each on the side where it belongs."""
    places: list[int | None] = list(printout.posicoes_no_arquivo(office, row, paginas))
    if row["faces"] != "frente-verso":
        return places
    ordered: list[int | None] = []
    for place in places:
        if place is not None and place % 2 != len(ordered) % 2:
            ordered.append(None)
        ordered.append(place)
    return ordered


def folhas(office: Office, row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> int:
    """Return how many new sheets of paper a try takes: none, where it prints the backs of sheets that have fronts."""
    if attempt["passada"] is not None and attempt["paginas"] is not None:
        passes = plano(office, row, attempt["fila"])
        passada = passes[attempt["passada"]]
        return 0 if passada.versos else len(passada.posicoes or ())
    sides = printout.lados_do_job(office, row)
    chosen = paginas_do_extrato(attempt["paginas"], row["paginas"])
    used = [place for place, side in enumerate(sides) if chosen is None or side.pagina in chosen]
    if row["faces"] in (None, FRENTE):
        return len(used)
    if row["faces"] == FRENTE_DEPOIS_VERSO and chosen is not None:
        return sum(place % 2 == 0 for place in used)
    return len({place // 2 for place in used})


def fim(row: Mapping[Any, Any], estado: str, now: datetime) -> dict[str, Any]:
    """Return the changes of a job whose newest try came to an end; one of several passes is due for the next step."""
    if _em_partes(row) and estado in (ENTREGUE, IMPRESSO):
        return attempts.fim(ENTREGUE) | {"encerrado": False, "vence_em": now}
    return attempts.fim(estado)


def adiante(office: Office, row: dict[str, Any], owner: str) -> None:
    """Go on after a pass that came out: another copy by itself, backs by a question; or the job is at its end.

    Does nothing the second time. Raises LostClaim.
    """
    with office.db.read() as conn:
        attempt = attempts.tentativa_atual(conn, row)
    assert attempt is not None
    counted = _contado(row, attempt)
    passada = seguinte(office, row, attempt) if _saiu(row, attempt) else None
    what = como_tentativa(office, row, passada) if passada is not None and not passada.versos else {}
    now = office.clock()
    with office.db.write() as conn:
        if passada is None:
            changes = attempts.fim(IMPRESSO if counted else ENTREGUE)
        elif passada.versos:
            changes = attempts.fim(ENTREGUE)
        else:
            changes = {"estado": RENDERIZADO, "encerrado": False, "vence_em": now, "dono": None, "posse_ate": None}
        if not attempts.mudar(conn, row, owner, changes):
            raise attempts.LostClaim(row["id"])
        if counted:
            devolver(conn, attempt)
        entries = []
        if passada is None and counted:
            entries = [Registro("job", row["id"], IMPRESSO)]
        elif passada is not None and passada.versos:
            entries = perguntar_versos(conn, office, row, passada, now)
        elif passada is not None:
            attempts.nova_tentativa(conn, row, now, fila=attempt["fila"], **what)
            text = {"texto": f"passada {passada.indice + 1} da impressão"}
            entries = [Registro("job", row["id"], RENDERIZADO, detalhe=text)]
        audit.escrever(conn, office.serventia_id, now, entries)
    office.bell.ring()


def seguinte(office: Office, row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> Passada | None:
    """Return the pass that is still to come once this try came out; None, of almost every print."""
    if not _em_partes(row):
        return None
    with office.db.read() as conn:
        done = ultima_passada(conn, row)
    passes = plano(office, row, attempt["fila"])
    return passes[done + 1] if done + 1 < len(passes) else None


def ultima_passada(conn: Connection, row: Mapping[Any, Any]) -> int:
    """Return the newest pass that went to paper; -1: none did."""
    table = db.tentativa
    newest = sa.select(sa.func.max(table.c.passada)).where(
        table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"]
    )
    found = conn.execute(newest).scalar()
    return -1 if found is None else int(found)


def _saiu(row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> bool:
    """Whether the try came out as far as its queue can tell: what was cancelled there leads to nothing more."""
    return attempt["cups_id"] is None or (row["cups"] or {}).get("estado") == "completed"


def _contado(row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> bool:
    """Whether the try is known to be good: a folder has its file, or the sides were counted."""
    if attempt["cups_id"] is None:
        return True
    counted = (row["cups"] or {}).get("impressoes")
    return _saiu(row, attempt) and counted is not None and counted >= attempts.paginas_esperadas(row, attempt)


def devolver(conn: Connection, attempt: Mapping[Any, Any]) -> None:
    """A try is known to be good: the queue with numbered paper that it had taken takes the next print (P5)."""
    fila = db.fila
    took = (fila.c.serventia_id == attempt["serventia_id"], fila.c.papel_tentativa == attempt["id"])
    conn.execute(sa.update(fila).where(*took).values(papel_tentativa=None))


def perguntar_versos(
    conn: Connection, office: Office, row: Mapping[Any, Any], passada: Passada, now: datetime
) -> list[Registro]:
    """Ask a person to turn the sheets (one open question of it a job). Return the log's line."""
    before = questions.do_job(conn, office, row["id"])
    entries = []
    if before is not None and before["estado"] == "aberta":
        entries = questions.encerrar(conn, before, "substituida")
    which = f"das páginas {passada.paginas}" if passada.paginas else "em branco"
    count = len(passada.posicoes or ())
    sheets = "a folha" if count == 1 else f"as {count} folhas"
    text = (
        f"As frentes saíram. Confira-as, vire {sheets} que levam o verso {which}, ponha-as na bandeja na mesma ordem "
        "e, com a fila livre, confirme: só então os versos são impressos."
    )
    choices = (
        {"acao": "versos", "texto": "As folhas estão viradas na bandeja: imprimir os versos."},
        {"acao": "folhas", "texto": "Alguma frente não saiu bem: dizer qual, e imprimi-la de novo antes."},
    )
    texto = questions.Texto("folhas", text, alternativas=choices)
    asked = questions.abrir(conn, office, row["id"], row["documento_id"], texto, now)
    return [*entries, replace(asked, detalhe={**asked.detalhe, "versos": passada.paginas})]


def _em_partes(row: Mapping[Any, Any]) -> bool:
    return bool(row["copias"] > 1 or row["faces"] == FRENTE_DEPOIS_VERSO)


def _paginas(sides: Sequence[LadoImpresso], places: Sequence[int]) -> str:
    return ",".join(str(sides[place].pagina) for place in places if sides[place].pagina is not None) or NENHUMA


def _tipo(office: Office, fila: str) -> str | None:
    table = db.fila
    with office.db.read() as conn:
        return conn.execute(
            sa.select(table.c.tipo).where(table.c.serventia_id == office.serventia_id, table.c.nome == fila)
        ).scalar_one_or_none()
