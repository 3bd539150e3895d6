"""One request's seals against the simulated court's tables: judged in their order, written at once."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from printserver.clock import local_date
from printserver.selo import Registro
from printserver.simulator import tables
from printserver.simulator.reading import find_many, resposta
from printserver.simulator.rules import (
    OBJETADO,
    RECEBIDO,
    Envio,
    Erro,
    Guardado,
    Lido,
    atrasado,
    judge,
)

SIMULADA: Final = Erro("objecao-simulada", "O simulador foi mandado recusar este selo.")
_COLUNAS: Final = [field.name for field in fields(Guardado)]

Objeta = Callable[[str], bool]  # whether the simulator was told to refuse this code


class Lote:
    """The seals of one request against the tables: what they touch is read at once, and written at once."""

    def __init__(self, conn: Connection, envios: Sequence[Envio], parsed: Sequence[Lido]) -> None:
        self._conn = conn
        alvos = {lido.registro.rectified for lido in parsed if lido.registro and lido.registro.rectified}
        wanted = {envio.selo for envio in envios} | alvos
        self._conhecidos: dict[str, Guardado] = {}
        asked: set[str] = set()
        while wanted:
            self._conhecidos |= find_many(conn, wanted)
            asked |= wanted
            objected = [each for each in self._conhecidos.values() if each.situacao == OBJETADO]
            wanted = {each.retifica for each in objected if each.retifica} - asked
        self._papeis = _papeis(conn, {lido.papel for lido in parsed if lido.papel})
        self._mudados: set[str] = set()

    def count(self, envio: Envio) -> Guardado:
        """Keep that a seal was sent; return what is known of its code."""
        guardado = self._conhecidos.setdefault(envio.selo, Guardado(envio.selo))
        guardado.enviado += 1
        if guardado.situacao is None:
            guardado.registro = envio.registro
        self._mudados.add(envio.selo)
        return guardado

    def receber(self, envio: Envio, lido: Lido, agora: datetime, objeta: Objeta) -> dict[str, Any]:
        """Judge one seal, keep what became of it, and return its answer."""
        before = self._conhecidos.get(envio.selo)
        alvos = self._alvos(lido.registro)
        erros = judge(envio, lido, before, alvos, lambda cns, papel: self._papeis.get((cns, papel)), agora)
        if objeta(envio.selo) and not any(error.codigo == "ja-recebido" for error in erros):
            erros = [SIMULADA]
        guardado = self.count(envio)
        if guardado.situacao != RECEBIDO:
            guardado.situacao = OBJETADO if erros else RECEBIDO
            guardado.erros = [asdict(error) for error in erros]
            _fill(guardado, envio, lido)
            if lido.registro is not None and not erros:
                self._keep(guardado, lido.registro, alvos, agora)
        return resposta(envio.selo, erros)

    def _alvos(self, registro: Registro | None) -> list[Guardado]:
        """Return what the court has of the seal to be rectified, and of what that one was to rectify (T2)."""
        alvos: list[Guardado] = []
        codigo = registro.rectified if registro else None
        while registro and codigo and codigo != registro.codigo:
            alvo = self._conhecidos.get(codigo)
            if alvo is None or alvo.situacao is None or alvo in alvos:
                break
            alvos.append(alvo)
            codigo = alvo.retifica if alvo.situacao == OBJETADO else None
        return alvos

    def _keep(self, guardado: Guardado, registro: Registro, alvos: Sequence[Guardado], agora: datetime) -> None:
        guardado.aceito += 1
        guardado.recebido_em = agora
        guardado.atrasado = atrasado(registro, alvos, agora)
        guardado.hibrido |= any(alvo.hibrido for alvo in alvos)
        if guardado.papel is not None:
            self._papeis[guardado.cns or "", guardado.papel] = guardado.codigo
        for alvo in alvos:
            alvo.retificado_por = guardado.codigo
            self._mudados.add(alvo.codigo)

    def save(self) -> None:
        """Write what changed."""
        if not self._mudados:
            return
        row = insert(tables.selo)
        changed = {name: row.excluded[name] for name in _COLUNAS if name != "codigo"}
        self._conn.execute(
            row.on_conflict_do_update(index_elements=["codigo"], set_=changed),
            [{name: getattr(self._conhecidos[code], name) for name in _COLUNAS} for code in sorted(self._mudados)],
        )


def _fill(guardado: Guardado, envio: Envio, lido: Lido) -> None:
    """Put down what a registro says, also of one that is refused: a retificador may name it (T2)."""
    registro = lido.registro
    guardado.registro = envio.registro
    guardado.cns = lido.codigo.cns if lido.codigo else None
    guardado.ato = lido.codigo.ato if lido.codigo else None
    guardado.papel = lido.papel
    guardado.hibrido = lido.papel is not None
    guardado.identificador = registro.identificador if registro else None
    guardado.momento = registro.momento if registro else None
    guardado.dia = local_date(registro.momento) if registro else None
    guardado.retifica = registro.rectified if registro else None
    guardado.vinculador_declarado = envio.vinculador
    guardado.motivo_isencao = envio.motivoIsencao
    guardado.autor = envio.autor


def _papeis(conn: Connection, papeis: set[str]) -> dict[tuple[str, str], str]:
    if not papeis:
        return {}
    table = tables.selo
    query = sa.select(table.c.cns, table.c.papel, table.c.codigo)
    query = query.where(table.c.situacao == RECEBIDO, table.c.papel.in_(papeis))
    return {(row.cns, row.papel): row.codigo for row in conn.execute(query)}
