"""The simulated court's records: seals in, links in, look-ups out. Every batch is one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from pydantic import BaseModel, Field
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.engine import Connection

from printserver.clock import local_date, rfc3339
from printserver.court.simulador import tabelas
from printserver.court.simulador.regras import (
    OBJETADO,
    RECEBIDO,
    Envio,
    Erro,
    Guardado,
    Lido,
    Regras,
    atrasado,
    julgar,
)
from printserver.selo import Registro

POR_PAGINA: Final = 500
SIMULADA: Final = Erro("objecao-simulada", "O simulador foi mandado recusar este selo.")
_COLUNAS: Final = [field.name for field in fields(Guardado)]

Objeta = Callable[[str], bool]  # whether the simulator was told to refuse this code


class Par(BaseModel):
    """A link: one vinculador, one of its vinculados (R4)."""

    vinculador: str = Field(min_length=1, max_length=60)
    vinculado: str = Field(min_length=1, max_length=60)


class Acervo:
    """What the court keeps, in the file `path`. Threads may share it."""

    def __init__(self, path: Path, regras: Regras) -> None:
        self._db = tabelas.abrir(path)
        self._regras = regras

    def fechar(self) -> None:
        """Close the file."""
        self._db.close()

    # -- in -----------------------------------------------------------------------------------------------------------

    def receber(self, envios: Sequence[Envio], agora: datetime, objeta: Objeta) -> list[dict[str, Any]]:
        """Judge the seals in their order, store those that hold, and return the answer of each."""
        lidos = [self._regras.ler(envio) for envio in envios]  # signatures are checked before anything is locked
        with self._db.write() as conn:
            lote = _Lote(conn, envios, lidos)
            respostas = [lote.receber(envio, lido, agora, objeta) for envio, lido in zip(envios, lidos, strict=True)]
            lote.gravar()
        return respostas

    def contar_selos(self, envios: Sequence[Envio]) -> None:
        """Keep that these seals were sent, and nothing else: the court broke down before it read them."""
        with self._db.write() as conn:
            lote = _Lote(conn, envios, [])
            for envio in envios:
                lote.contar(envio)
            lote.gravar()

    def vincular(self, pares: Sequence[Par], objeta: Objeta) -> list[dict[str, Any]]:
        """Store the links whose two ends are here, and return the answer of each (R4, R5)."""
        with self._db.write() as conn:
            return [_resposta(par.vinculado, _vincular(conn, par, objeta)) for par in pares]

    def contar_vinculos(self, pares: Sequence[Par]) -> None:
        """Keep that these links were sent, and nothing else."""
        with self._db.write() as conn:
            for par in pares:
                _contar_vinculo(conn, par, aceito=0)

    # -- out ----------------------------------------------------------------------------------------------------------

    def consultar(self, codigo: str) -> dict[str, Any] | None:
        """Return what the court says of a code; None: it has never judged it."""
        with self._db.read() as conn:
            achado = _um(conn, codigo)
            return _consulta(conn, [achado])[0] if achado is not None and achado.situacao is not None else None

    def listar(self, de: date, ate: date, pagina: int) -> dict[str, Any]:
        """Return page `pagina` (from 1) of the seals stored whose act is of these days."""
        table = tabelas.selo
        where = (table.c.situacao == RECEBIDO, table.c.dia.between(de, ate))
        with self._db.read() as conn:
            total = conn.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
            query = sa.select(table).where(*where).order_by(table.c.dia, table.c.codigo)
            rows = conn.execute(query.limit(POR_PAGINA).offset((pagina - 1) * POR_PAGINA)).mappings()
            itens = _consulta(conn, [Guardado(**row) for row in rows])
        return {"itens": itens, "pagina": pagina, "total": total}

    def cadeia(self, codigo: str) -> list[Guardado]:
        """Return the chain of a code from its first seal to its newest (R1); empty: it is not stored."""
        with self._db.read() as conn:
            achado = _um(conn, codigo)
            if achado is None or achado.situacao != RECEBIDO:
                return []
            return [*reversed(_seguir(conn, achado, "retifica")), achado, *_seguir(conn, achado, "retificado_por")]

    def vinculos(self, codigos: Iterable[str]) -> tuple[list[str], list[str]]:
        """Return the vinculadores and the vinculados of these codes."""
        table, wanted = tabelas.vinculo, list(codigos)
        with self._db.read() as conn:
            stored = sa.select(table).where(table.c.aceito > 0)
            acima = conn.execute(stored.where(table.c.vinculado.in_(wanted)).order_by(table.c.vinculador)).all()
            abaixo = conn.execute(stored.where(table.c.vinculador.in_(wanted)).order_by(table.c.vinculado)).all()
        return [row.vinculador for row in acima], [row.vinculado for row in abaixo]

    # -- for tests ----------------------------------------------------------------------------------------------------

    def registros(self, codigos: Sequence[str]) -> list[dict[str, Any]]:
        """Return every code that was sent (or those named), with how often it was sent and stored."""
        table = tabelas.selo
        query = sa.select(table).order_by(table.c.codigo)
        if codigos:
            query = query.where(table.c.codigo.in_(codigos))
        with self._db.read() as conn:
            return [
                {
                    "codigo": row.codigo,
                    "recebido": row.enviado,
                    "aceito": row.aceito,
                    "linha": row.registro,
                    "situacao": row.situacao,
                    "atrasado": row.atrasado,
                    "erros": row.erros,
                }
                for row in conn.execute(query)
            ]

    def pares(self) -> list[dict[str, Any]]:
        """Return every link that was sent, with how often it was sent and stored."""
        table = tabelas.vinculo
        with self._db.read() as conn:
            rows = conn.execute(sa.select(table).order_by(table.c.vinculador, table.c.vinculado)).all()
        return [
            {"vinculador": row.vinculador, "vinculado": row.vinculado, "recebido": row.enviado, "aceito": row.aceito}
            for row in rows
        ]

    def resumo(self) -> dict[str, int]:
        """Return how many codes and links there are, by what became of them: quick where there are many."""
        seals, links = tabelas.selo, tabelas.vinculo
        with self._db.read() as conn:
            count = conn.execute(
                sa.select(
                    sa.func.count().label("selos"),
                    sa.func.coalesce(sa.func.sum(seals.c.enviado), 0).label("recebidos"),
                    sa.func.coalesce(sa.func.sum(seals.c.aceito), 0).label("aceitos"),
                    sa.func.count().filter(seals.c.situacao == OBJETADO).label("objetados"),
                    sa.func.count().filter(seals.c.atrasado).label("atrasados"),
                    sa.func.coalesce(sa.func.max(seals.c.enviado), 0).label("mais_recebido"),
                )
            ).one()
            accepted = sa.select(sa.func.count()).select_from(links).where(links.c.aceito > 0)
            return {**count._mapping, "vinculos": conn.execute(accepted).scalar_one()}

    def lembrar(self, valor: Mapping[str, Any]) -> None:
        """Keep how the court is to misbehave."""
        row = insert(tabelas.controle).values(id=1, valor=dict(valor))
        with self._db.write() as conn:
            conn.execute(row.on_conflict_do_update(index_elements=["id"], set_={"valor": row.excluded.valor}))

    def lembrado(self) -> dict[str, Any]:
        """Return how the court was told to misbehave; empty: never."""
        with self._db.read() as conn:
            return dict(conn.execute(sa.select(tabelas.controle.c.valor)).scalar_one_or_none() or {})


class _Lote:
    """The seals of one request against the tables: what they touch is read at once, and written at once."""

    def __init__(self, conn: Connection, envios: Sequence[Envio], lidos: Sequence[Lido]) -> None:
        self._conn = conn
        alvos = {lido.registro.retificado for lido in lidos if lido.registro and lido.registro.retificado}
        wanted = {envio.selo for envio in envios} | alvos
        self._conhecidos: dict[str, Guardado] = {}
        asked: set[str] = set()
        while wanted:
            self._conhecidos |= _varios(conn, wanted)
            asked |= wanted
            objected = [each for each in self._conhecidos.values() if each.situacao == OBJETADO]
            wanted = {each.retifica for each in objected if each.retifica} - asked
        self._papeis = _papeis(conn, {lido.papel for lido in lidos if lido.papel})
        self._mudados: set[str] = set()

    def contar(self, envio: Envio) -> Guardado:
        guardado = self._conhecidos.setdefault(envio.selo, Guardado(envio.selo))
        guardado.enviado += 1
        if guardado.situacao != RECEBIDO:
            guardado.registro = envio.registro
        self._mudados.add(envio.selo)
        return guardado

    def receber(self, envio: Envio, lido: Lido, agora: datetime, objeta: Objeta) -> dict[str, Any]:
        """Judge one seal, keep what became of it, and return its answer."""
        antes = self._conhecidos.get(envio.selo)
        alvos = self._alvos(lido.registro)
        erros = julgar(envio, lido, antes, alvos, lambda cns, papel: self._papeis.get((cns, papel)), agora)
        if objeta(envio.selo) and not any(erro.codigo == "ja-recebido" for erro in erros):
            erros = [SIMULADA]
        guardado = self.contar(envio)
        if guardado.situacao != RECEBIDO:
            guardado.situacao = OBJETADO if erros else RECEBIDO
            guardado.erros = [asdict(erro) for erro in erros]
            _preencher(guardado, envio, lido)
            if lido.registro is not None and not erros:
                self._guardar(guardado, lido.registro, alvos, agora)
        return _resposta(envio.selo, erros)

    def _alvos(self, registro: Registro | None) -> list[Guardado]:
        """Return what the court has of the seal to be rectified, and of what that one was to rectify (T2)."""
        alvos: list[Guardado] = []
        codigo = registro.retificado if registro else None
        while registro and codigo and codigo != registro.codigo:
            alvo = self._conhecidos.get(codigo)
            if alvo is None or alvo.situacao is None or alvo in alvos:
                break
            alvos.append(alvo)
            codigo = alvo.retifica if alvo.situacao == OBJETADO else None
        return alvos

    def _guardar(self, guardado: Guardado, registro: Registro, alvos: Sequence[Guardado], agora: datetime) -> None:
        guardado.aceito += 1
        guardado.recebido_em = agora
        guardado.atrasado = atrasado(registro, alvos, agora)
        guardado.hibrido |= any(alvo.hibrido for alvo in alvos)
        if guardado.papel is not None:
            self._papeis[guardado.cns or "", guardado.papel] = guardado.codigo
        for alvo in alvos:
            alvo.retificado_por = guardado.codigo
            self._mudados.add(alvo.codigo)

    def gravar(self) -> None:
        """Write what changed."""
        if not self._mudados:
            return
        row = insert(tabelas.selo)
        changed = {name: row.excluded[name] for name in _COLUNAS if name != "codigo"}
        self._conn.execute(
            row.on_conflict_do_update(index_elements=["codigo"], set_=changed),
            [{name: getattr(self._conhecidos[code], name) for name in _COLUNAS} for code in sorted(self._mudados)],
        )


def _preencher(guardado: Guardado, envio: Envio, lido: Lido) -> None:
    """Put down what a registro says, also of one that is refused: a retificador may name it (T2)."""
    registro = lido.registro
    guardado.cns = lido.codigo.cns if lido.codigo else None
    guardado.ato = lido.codigo.ato if lido.codigo else None
    guardado.papel = lido.papel
    guardado.hibrido = lido.papel is not None
    guardado.identificador = registro.identificador if registro else None
    guardado.momento = registro.momento if registro else None
    guardado.dia = local_date(registro.momento) if registro else None
    guardado.retifica = registro.retificado if registro else None
    guardado.vinculador_declarado = envio.vinculador
    guardado.motivo_isencao = envio.motivoIsencao
    guardado.autor = envio.autor


def _varios(conn: Connection, codigos: Iterable[str]) -> dict[str, Guardado]:
    query = sa.select(tabelas.selo).where(tabelas.selo.c.codigo.in_(list(codigos)))
    return {row["codigo"]: Guardado(**row) for row in conn.execute(query).mappings()}


def _um(conn: Connection, codigo: str) -> Guardado | None:
    return _varios(conn, [codigo]).get(codigo)


def _papeis(conn: Connection, papeis: set[str]) -> dict[tuple[str, str], str]:
    if not papeis:
        return {}
    table = tabelas.selo
    query = sa.select(table.c.cns, table.c.papel, table.c.codigo)
    query = query.where(table.c.situacao == RECEBIDO, table.c.papel.in_(papeis))
    return {(row.cns, row.papel): row.codigo for row in conn.execute(query)}


def _seguir(conn: Connection, de: Guardado, para: str) -> list[Guardado]:
    """Return the seals that follow one another by the column `para`. One that was objected to is passed over."""
    achados: list[Guardado] = []
    vistos = {de.codigo}
    seguinte: Guardado | None = de
    while seguinte is not None and (codigo := getattr(seguinte, para)) and codigo not in vistos:
        vistos.add(codigo)
        seguinte = _um(conn, codigo)
        if seguinte is not None and seguinte.situacao == RECEBIDO:
            achados.append(seguinte)
    return achados


def _consulta(conn: Connection, achados: Sequence[Guardado]) -> list[dict[str, Any]]:
    table = tabelas.vinculo
    query = sa.select(table.c.vinculado, table.c.vinculador).where(
        table.c.aceito > 0, table.c.vinculado.in_([achado.codigo for achado in achados])
    )
    vinculadores = {row.vinculado: row.vinculador for row in conn.execute(query)}
    return [
        {
            "selo": achado.codigo,
            "situacao": achado.situacao,
            "registro": achado.registro,
            "recebidoEm": rfc3339(achado.recebido_em) if achado.recebido_em else None,
            "atrasado": achado.atrasado,
            "retifica": achado.retifica,
            "retificadoPor": achado.retificado_por,
            "vinculador": vinculadores.get(achado.codigo),
            "erros": achado.erros,
        }
        for achado in achados
    ]


def _vincular(conn: Connection, par: Par, objeta: Objeta) -> list[Erro]:
    table = tabelas.vinculo
    stored = sa.select(table.c.vinculador).where(table.c.vinculado == par.vinculado, table.c.aceito > 0)
    vinculador = conn.execute(stored).scalar_one_or_none()
    if vinculador == par.vinculador:
        erros = [Erro("ja-recebido", "O vínculo já foi recebido.")]
    elif objeta(par.vinculado):
        erros = [Erro(SIMULADA.codigo, "O simulador foi mandado recusar este vínculo.")]
    else:
        erros = _do_vinculo(conn, par, vinculador)
    _contar_vinculo(conn, par, aceito=0 if erros else 1)
    return erros


def _do_vinculo(conn: Connection, par: Par, vinculador: str | None) -> list[Erro]:
    if par.vinculador == par.vinculado:
        return [Erro("vinculo-consigo", "Um selo não se vincula a si mesmo.")]
    conhecidos = _varios(conn, [par.vinculador, par.vinculado])
    erros = [
        Erro(f"{ponta}-desconhecido", f"O {ponta} {codigo} não consta no tribunal.")
        for ponta, codigo in (("vinculador", par.vinculador), ("vinculado", par.vinculado))
        if (achado := conhecidos.get(codigo)) is None or achado.situacao != RECEBIDO
    ]
    if vinculador is not None:
        erros.append(Erro("ja-vinculado", f"O selo {par.vinculado} já está vinculado a {vinculador}."))
    return erros


def _contar_vinculo(conn: Connection, par: Par, *, aceito: int) -> None:
    table = tabelas.vinculo
    row = insert(table).values(vinculado=par.vinculado, vinculador=par.vinculador, enviado=1, aceito=aceito)
    more = {"enviado": table.c.enviado + 1, "aceito": table.c.aceito + aceito}
    conn.execute(row.on_conflict_do_update(index_elements=["vinculado", "vinculador"], set_=more))


def _resposta(codigo: str, erros: Sequence[Erro]) -> dict[str, Any]:
    return {"selo": codigo, "totalErros": len(erros), "erros": [asdict(erro) for erro in erros]}
