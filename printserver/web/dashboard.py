"""The first page: the questions that wait for a person, and the jobs of a day, alive."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from anyascii import anyascii
from flask import render_template
from flask.typing import ResponseReturnValue

from printserver import jobs
from printserver.clock import local_date
from printserver.web import polling, words
from printserver.web.address import dia_pedido, opcao_pedida, pagina_pedida, texto_pedido
from printserver.web.context import agora, is_htmx, office

_POR_PAGINA = 50
_TEXTO = 100  # characters that are looked for
_POR_ULTIMO = "9999"  # after every moment: a question that waits for ever
_pages: polling.Kept[dict[str, Any]] = polling.Kept()
_questions: polling.Kept[list[dict[str, Any]]] = polling.Kept()
_queues: polling.Kept[list[dict[str, Any]]] = polling.Kept()
_days: polling.Kept[list[dict[str, Any]]] = polling.Kept()


@dataclass(frozen=True, slots=True)
class Filtro:
    """What a person wants to see of the day."""

    dia: date
    estado: str
    tipo: str
    texto: str
    pagina: int

    @property
    def vazio(self) -> bool:
        """Whether nothing is filtered away."""
        return not (self.estado or self.tipo or self.texto)

    def endereco(self) -> dict[str, object]:
        """Return the parts of an address that keep this filter; defaults are left out."""
        parts: dict[str, object] = {"dia": self.dia.isoformat()} if self.dia != local_date(agora()) else {}
        parts |= {name: value for name in ("estado", "tipo", "texto") if (value := getattr(self, name))}
        return parts | ({"pagina": self.pagina} if self.pagina > 1 else {})


@dataclass(frozen=True, slots=True)
class Lista:
    """A page of jobs, how many there are in all, and among how many a text was looked for (0: none was)."""

    itens: list[dict[str, Any]]
    total: int
    procurados: int = 0


def painel() -> ResponseReturnValue:
    """Show the first page; a changed filter (htmx) gets only the list."""
    filtro = _filtro()
    lista = _trabalhos(filtro).html
    if is_htmx():
        return lista
    abertas = _abertas()
    return render_template(
        "screens/painel.html",
        titulo=_titulo(abertas),
        perguntas=_perguntas(abertas).html,
        lista=lista,
        filas=_filas().html,
        filtro=filtro,
        hoje=local_date(agora()),
        estados=words.ESTADOS,
        tipos=words.TIPOS,
    )


def vivo_perguntas() -> ResponseReturnValue:
    """Answer the poll of the open questions."""
    return polling.responder(_perguntas(_abertas()))


def vivo_trabalhos() -> ResponseReturnValue:
    """Answer the poll of the day's jobs."""
    return polling.responder(_trabalhos(_filtro()))


def vivo_filas() -> ResponseReturnValue:
    """Answer the poll of the queues."""
    return polling.responder(_filas())


def _filas() -> polling.Parte:
    here = office()
    filas = _queues.get(here, here.nome_da_instancia, lambda: jobs.filas(here))
    return polling.parte("screens/_filas.html", "web.vivo_filas", {}, filas=filas)


def _abertas() -> list[dict[str, Any]]:
    """Return the jobs with an open question, the most urgent first."""
    here = office()
    abertas = _questions.get(here, here.nome_da_instancia, lambda: jobs.perguntas_abertas(here))
    return sorted(abertas, key=lambda job: job["pergunta"]["expira_em"] or _POR_ULTIMO)


def _titulo(abertas: list[dict[str, Any]]) -> str:
    return f"({len(abertas)}) Painel" if abertas else "Painel"


def _perguntas(abertas: list[dict[str, Any]]) -> polling.Parte:
    titulo = f"{_titulo(abertas)} · {office().settings.serventia.nome}"
    return polling.parte("screens/_perguntas.html", "web.vivo_perguntas", {}, perguntas=abertas, titulo=titulo)


def _trabalhos(filtro: Filtro) -> polling.Parte:
    lista = _procurados(filtro) if filtro.texto else _do_dia(filtro)
    return polling.parte(
        "screens/_trabalhos.html",
        "web.vivo_trabalhos",
        filtro.endereco(),
        lista=lista,
        paginas=max(1, -(-lista.total // _POR_PAGINA)),
        filtro=filtro,
        hoje=local_date(agora()),
    )


def _do_dia(filtro: Filtro) -> Lista:
    """Return a page of the day's jobs, as the tables filter them."""
    here, dia = office(), filtro.dia.isoformat()
    nomes = {"de": dia, "ate": dia, "estado": filtro.estado, "tipo": filtro.tipo}
    filtros = {nome: valor for nome, valor in nomes.items() if valor}
    key = (here.nome_da_instancia, filtro)
    achado = _pages.get(here, key, lambda: jobs.listar(here, filtros, filtro.pagina))
    return Lista(achado["itens"], achado["total"])


def _procurados(filtro: Filtro) -> Lista:
    """Return a page of the jobs in which every word of the text is found, however it is written."""
    here = office()
    todos = _days.get(here, (here.nome_da_instancia, filtro.dia), lambda: jobs.do_dia(here, filtro.dia))
    passam = [job for job in todos if _passa(job, filtro)]
    inicio = (filtro.pagina - 1) * _POR_PAGINA
    return Lista(passam[inicio : inicio + _POR_PAGINA], len(passam), procurados=len(todos))


def _filtro() -> Filtro:
    """Read the filter from the address. Raises `Recusa` `entrada-invalida` for what makes no sense (A7)."""
    return Filtro(
        dia=dia_pedido("dia") or local_date(agora()),
        estado=opcao_pedida("estado", words.ESTADOS),
        tipo=opcao_pedida("tipo", words.TIPOS),
        texto=texto_pedido("texto", _TEXTO),
        pagina=pagina_pedida(),
    )


def _passa(job: Mapping[str, Any], filtro: Filtro) -> bool:
    if filtro.estado and job["estado"] != filtro.estado:
        return False
    if filtro.tipo and job["documento"]["tipo"] != filtro.tipo:
        return False
    palavras = _simples(filtro.texto).split()
    if not palavras:
        return True
    campos = [
        words.titulo(job["documento"]),
        words.lugar(job["documento"]),
        job["escrevente"],
        job["fila"],
        job["id"],
        words.situacao(job).palavra,
        *(selo["codigo"] for selo in job["selos"]),
        *(selo["descricao"] for selo in job["selos"]),
        *job["nomes"],
    ]
    tudo = _simples(" ".join(str(campo) for campo in campos))
    return all(palavra in tudo for palavra in palavras)


def _simples(texto: str) -> str:
    """Return `texto` in small Latin letters without accents and strokes: people do not type them when they search."""
    return anyascii(texto).casefold()
