"""The office's queues by name: which one a print goes to, what it can do, and the object that talks to it.

What a queue can prove (`prova`, learnt by its test page): `{"conta_folhas": whether CUPS counts what comes out,
"guarda_arquivos": whether CUPS can print it again from its own history (null: not known), "quando": …}`; and, till the
next test page, `"reimpresso"`: the job that CUPS did print again.
"""

from collections.abc import Mapping
from pathlib import Path
from time import monotonic
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import spool
from printserver.errors import Recusa
from printserver.office.office import Office
from printserver.printing import (
    Capacidades,
    CertificadoMudou,
    FilaCups,
    FilaFora,
    FilaPasta,
    FilaRecusa,
    FilaSumiu,
    Servidor,
)
from printserver.printing.diagnosis import (
    CERTIFICADO,
    FORA_DE_LINHA,
    Situacao,
    da_fila,
)
from printserver.printing.media import has_size
from printserver.printing.passwords import senha
from printserver.rendering import deslocar

Fila = FilaCups | FilaPasta

ASK_AGAIN_S: Final = 60.0  # what a queue can do: pycups leaks a little at each asking
LOOK_AGAIN_S: Final = 10.0  # how a queue is; a server that did not answer is not asked again before
ASK_LIMIT_S: Final = 3.0  # a person waits for the answer
ABORT: Final = "abort-job"  # the one error policy that prints nothing by itself later


def escolher(conn: Connection, office: Office, nome: str | None, tipo: str) -> sa.RowMapping:
    """Return the row of the queue `nome` (the job's own, else its key's), else the type's, else the office's default.

    Raises `Recusa` `fila-desconhecida`.
    """
    table = db.fila
    wanted = nome or office.settings.filas.de(tipo)
    which = table.c.nome == wanted if wanted else table.c.padrao
    found = conn.execute(sa.select(table).where(table.c.serventia_id == office.serventia_id, which)).mappings().first()
    if found is None:
        names = conn.execute(sa.select(table.c.nome).where(table.c.serventia_id == office.serventia_id)).scalars()
        raise Recusa("fila-desconhecida", f"Não há fila {wanted!r}. As filas são: {', '.join(sorted(names))}.")
    return found


def por_nome(office: Office, nome: str) -> Fila:
    """Return the queue of that name, ready to be handed to. Raises `FilaRecusa` if it is gone."""
    table = db.fila
    with office.db.read() as conn:
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.nome == nome)
        row = conn.execute(query).mappings().one_or_none()
    if row is None:
        raise FilaRecusa(f"a fila {nome!r} não existe mais")
    return abrir(office, row)


def abrir(office: Office, row: Mapping[Any, Any]) -> Fila:
    """Return the object that talks to the queue of this row."""
    if row["tipo"] == "pasta":
        return FilaPasta(row["nome"], Path(row["destino"]))
    return FilaCups(row["nome"], row["destino"], servidor(office.instance, row))


def servidor(instance: Path, row: Mapping[Any, Any]) -> Servidor:
    """Return the CUPS server of this row, with the password that the office's folder keeps."""
    usuario = row["usuario"]
    password = senha(instance, row["servidor"], usuario) if usuario else None
    return Servidor(row["servidor"], usuario, password, row["tls"], row["certificado"])


def conferir(
    office: Office,
    row: sa.RowMapping,
    bandeja: str | None,
    faces: str,
    tamanho: tuple[float, float] | None = None,
) -> None:
    """Refuse what the queue cannot do, before anything is sealed.

    A tray must be one that the queue names: a folder and a raw queue name none (S12). Of faces and paper, what the
    queue does not say is taken as possible. `tamanho` is the page's width and height in mm (P1).

    Raises `Recusa` `bandeja-desconhecida`, `papel-incompativel`, `fila-desconhecida` where the print server has no such
    queue or does not let us in, `servidor-ocupado` where a queue that must be asked does not answer.
    """
    if row["tipo"] == "pasta":
        if bandeja is not None:
            raise _sem_bandeja(row, bandeja, [])
        return
    try:
        can = _capacidades(office, row)
    except (FilaSumiu, FilaRecusa) as error:
        raise Recusa(
            "fila-desconhecida",
            f"A fila {row['nome']!r} não pode ser usada: {error}. Use outra, ou avise o administrador.",
        ) from error
    except FilaFora as error:
        if bandeja is None:
            return  # the print waits for its queue
        raise Recusa("servidor-ocupado", f"A fila {row['nome']!r} não responde: {error}", retry_after=5) from error
    if bandeja is not None and bandeja not in can["bandejas"]:
        raise _sem_bandeja(row, bandeja, can["bandejas"])
    if can["faces"] and faces not in can["faces"]:
        raise Recusa(
            "papel-incompativel",
            f"faces: a fila {row['nome']!r} não imprime {faces!r}. Ela imprime: {', '.join(can['faces'])}.",
        )
    if tamanho is not None:
        _conferir_papel(row, can, tamanho)


def tem_bandejas(office: Office, row: Mapping[Any, Any]) -> bool:
    """Return whether a queue names trays; a CUPS queue that does not answer is taken to have them."""
    if row["tipo"] == "pasta":
        return False
    try:
        return bool(_capacidades(office, row)["bandejas"])
    except (FilaFora, FilaRecusa):
        return True


def _conferir_papel(row: sa.RowMapping, can: Capacidades, tamanho: tuple[float, float]) -> None:
    """Refuse a page that the printer has no paper for: it would be shrunk, and its QR with it (P6)."""
    if not can["papeis"] or has_size(*tamanho, can["papeis"]):
        return
    page = " × ".join(f"{side:g}".replace(".", ",") for side in tamanho)
    raise Recusa(
        "papel-incompativel",
        f"A fila {row['nome']!r} não tem papel de {page} mm: a página sairia reduzida. Cadastre esse tamanho na "
        f"impressora, ou use outra fila. Ela tem: {', '.join(can['papeis'])}.",
    )


def como_esta(office: Office, row: Mapping[Any, Any]) -> dict[str, Any] | None:
    """Return state, reasons and message of a queue as they were a moment ago; None where it does not say."""
    try:
        can = _capacidades(office, row, LOOK_AGAIN_S)
    except (FilaFora, FilaRecusa):
        return None
    return {"estado": can["estado"], "motivos": can["motivos"], "mensagem": can["mensagem"]}


def _capacidades(office: Office, row: Mapping[Any, Any], age_s: float = ASK_AGAIN_S) -> Capacidades:
    """Return what a queue can do and how it is, as it was at most `age_s` ago. Raises FilaFora, FilaRecusa."""
    now = monotonic()
    asked, known = office.capacidades.get(row["nome"], (0.0, None))
    if known is not None and now - asked < (min(age_s, LOOK_AGAIN_S) if isinstance(known, Exception) else age_s):
        if isinstance(known, Exception):
            raise type(known)(str(known))
        return known
    try:
        queue = abrir(office, row)
        if isinstance(queue, FilaCups):
            queue.limite_s = ASK_LIMIT_S
        can = queue.capacidades()
    except (FilaFora, FilaRecusa) as error:
        office.capacidades[row["nome"]] = (monotonic(), error)
        raise
    office.capacidades[row["nome"]] = (now, can)
    return can


def _sem_bandeja(row: sa.RowMapping, bandeja: str, known: list[str]) -> Recusa:
    which = f"As bandejas são: {', '.join(known)}." if known else "Ela não tem bandejas."
    return Recusa("bandeja-desconhecida", f"A fila {row['nome']!r} não tem a bandeja {bandeja!r}. {which}")


def listar(office: Office) -> list[dict[str, Any]]:
    """Return every queue as the contract's `GET /filas` shows it, what ails it and what to do about it besides."""
    with office.db.read() as conn:
        table = db.fila
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id).order_by(table.c.nome)
        rows = conn.execute(query).mappings().all()
    return [_mostrar(office, row) for row in rows]


def _mostrar(office: Office, row: sa.RowMapping) -> dict[str, Any]:
    item: dict[str, Any] = {
        "nome": row["nome"],
        "padrao": row["padrao"],
        "tipo": row["tipo"],
        "papel_numerado": row["papel_numerado"],
        "reserva": row["reserva"],
        "deslocamentos": row["deslocamentos"] or {},
        "prova": row["prova"],
    }
    try:
        can = _capacidades(office, row, LOOK_AGAIN_S)
    except (FilaFora, FilaRecusa) as error:
        why = "certificado-mudou" if isinstance(error, CertificadoMudou) else "fila-fora"
        item |= {"estado": "stopped", "motivos": [why], "mensagem": str(error), "politica": None}
        item |= {"bandejas": [], "papeis": [], "faces": []}
        found = da_fila("stopped", [why])
    else:
        item |= can
        found = da_fila(can["estado"], can["motivos"], can["mensagem"])
    item |= {"situacao": found.situacao, "o_que_fazer": found.o_que_fazer, "parada": found.para}
    return item | {"alertas": _alertas(row, item, found)}


def _alertas(row: sa.RowMapping, item: Mapping[str, Any], found: Situacao) -> list[str]:
    """Return what should be put right about a CUPS queue before sealed paper goes there (X5)."""
    if row["tipo"] != "cups":
        return []
    told = []
    policy = item["politica"]
    if policy not in (None, ABORT):
        told.append(f"A política de erro no CUPS é {policy}: o que falha pode sair sozinho mais tarde. Use {ABORT}.")
    prova = row["prova"] or {}
    if prova.get("reimpresso"):
        told.append(f"Alguém mandou o CUPS imprimir de novo o trabalho {prova['reimpresso']}: ache a outra via.")
    if prova.get("guarda_arquivos"):
        told.append("O CUPS guarda os arquivos impressos: pode-se reimprimir por ele. Ponha PreserveJobFiles No.")
    if not prova and found not in (FORA_DE_LINHA, CERTIFICADO):
        told.append("Sem página de teste: não se sabe se esta fila conta as folhas. Use printserver filas teste.")
    return told


def deslocamento(row: Mapping[Any, Any], bandeja: str | None) -> tuple[float, float] | None:
    """Return the offset in mm (right, down) of a queue's tray (P7): the tray's own, else the queue's; None for none."""
    known = row["deslocamentos"] or {}
    x, y = known.get(bandeja or "", known.get("", (0, 0)))
    return (x, y) if x or y else None


def bytes_para(office: Office, fila: str, bandeja: str | None, pdf: bytes) -> str | None:
    """Keep the copy of a PDF that is moved for the tray (P7), and return its SHA-256; None: it goes as it is."""
    table = db.fila
    with office.db.read() as conn:
        query = sa.select(table).where(table.c.serventia_id == office.serventia_id, table.c.nome == fila)
        row = conn.execute(query).mappings().one_or_none()
    offset = deslocamento(row, bandeja) if row is not None and row["tipo"] == "cups" else None
    if offset is None:
        return None
    return spool.guardar(office.spool, deslocar(pdf, *offset))
