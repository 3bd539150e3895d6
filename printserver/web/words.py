"""The contract's words as people say them: states, documents, dates, money. Portuguese; no HTML, no decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from printserver.clock import local, local_date
from printserver.selo import de_centavos, formatar_reais, ler
from printserver.selo.atos import EXCLUSAO

Job = Mapping[str, Any]

TIPOS: Mapping[str, str] = {
    "minuta": "Minuta",
    "livro": "Livro",
    "traslado": "Traslado",
    "certidao": "Certidão",
    "ficha_abertura": "Ficha de abertura",
}
PAGINAS: Mapping[str, str] = {"boa": "boa", "inutilizada": "inutilizada", "nao_saiu": "não saiu"}
PAPEIS: Mapping[str, str] = {
    "escrevente": "escrevente",
    "substituto": "substituto",
    "tabeliao": "tabelião",
    "administrador": "administrador",
}


@dataclass(frozen=True, slots=True)
class Situacao:
    """A state in plain words. `tom` picks sign and colour: espera, andamento, feito, problema or parado."""

    palavra: str
    explicacao: str
    tom: str


ESTADOS: Mapping[str, Situacao] = {
    "aguardando_xa": Situacao(
        "Esperando resposta", "O documento já foi impresso. Nada sai até que alguém responda à pergunta.", "espera"
    ),
    "aguardando_selo": Situacao(
        "Esperando resposta", "A ficha só sai depois que alguém disser se leva selo.", "espera"
    ),
    "aceito": Situacao("Aceito", "Recebido. O PDF está sendo preparado.", "andamento"),
    "renderizado": Situacao("PDF pronto", "O PDF está pronto e vai para a fila da impressora.", "andamento"),
    "entregue": Situacao("Na fila", "A fila da impressora recebeu o documento.", "andamento"),
    "impresso": Situacao("Impresso", "As folhas saíram, ou o arquivo foi gravado na pasta.", "feito"),
    "incerto": Situacao(
        "Incerto", "Não se sabe o que saiu no papel. Confira a impressora e diga folha por folha.", "problema"
    ),
    "falhou": Situacao("Falhou", "A impressão não aconteceu. Os selos, se há, continuam valendo.", "problema"),
    "cancelado": Situacao("Cancelado", "Nada foi impresso por este pedido.", "parado"),
}

_PIOR: Mapping[str, str] = {"feito": "parado"}

# How far the queue got, in IPP's words, of a job that is `entregue`.
FILA: Mapping[str, Situacao] = {
    "pending": Situacao("Na fila", "Espera a vez na fila da impressora.", "andamento"),
    "pending-held": Situacao("Retido na fila", "A fila da impressora segura o documento.", "andamento"),
    "processing": Situacao("Imprimindo", "A impressora está trabalhando.", "andamento"),
    "processing-stopped": Situacao("Impressora parada", "Veja a impressora: papel, tampa ou toner.", "problema"),
    "canceled": Situacao("Cancelado na fila", "A fila cancelou a impressão. Confira se alguma folha saiu.", "problema"),
    "aborted": Situacao("Abortado na fila", "A fila desistiu da impressão. Confira se alguma folha saiu.", "problema"),
    "completed": Situacao("Terminado na fila", "A fila diz que terminou; ela não conta as folhas.", "feito"),
}

# What queues give as reasons (IPP's printer-state-reasons and job-state-reasons), without -error, -warning, -report.
MOTIVOS: Mapping[str, str] = {
    "media-empty": "falta papel",
    "media-needed": "falta papel",
    "media-low": "pouco papel",
    "media-jam": "papel atolado",
    "toner-empty": "toner vazio",
    "toner-low": "pouco toner",
    "marker-supply-empty": "toner ou tinta vazios",
    "marker-supply-low": "pouco toner ou tinta",
    "cover-open": "tampa aberta",
    "door-open": "porta aberta",
    "input-tray-missing": "falta a bandeja",
    "output-area-full": "saída cheia",
    "offline": "impressora desligada ou fora da rede",
    "connecting-to-device": "procurando a impressora",
    "timed-out": "a impressora não responde",
    "paused": "fila em pausa",
    "moving-to-paused": "fila em pausa",
    "printer-stopped": "impressora parada",
    "job-hold-until-specified": "retido na fila",
    "job-canceled-by-user": "cancelado por alguém na fila",
    "job-canceled-at-device": "cancelado na impressora",
    "aborted-by-system": "a fila desistiu",
}

_FALTAM = "Tudo foi dito, folha por folha: falta imprimir"
_DESCONHECIDA = Situacao("Situação desconhecida", "", "parado")


def situacao(job: Job) -> Situacao:
    """Return the job's state in plain words; of one that the queue has, how far the queue got."""
    cups = job.get("cups")
    if job["estado"] == "incerto" and (faltam := job.get("faltam")):
        paginas = (
            f"a página {faltam}" if faltam.isdigit() else f"as páginas {faltam.replace('-', ' a ').replace(',', ', ')}"
        )
        return Situacao("Faltam páginas", f"{_FALTAM} {paginas}.", "problema")
    if job["estado"] == "entregue" and cups and cups.get("estado") in FILA:
        return FILA[cups["estado"]]
    return ESTADOS.get(job["estado"], _DESCONHECIDA)


def veredito(job: Job) -> Situacao:
    """Return the job's state with what its seals have become: green only where paper, seals and court are well."""
    estado, vale = situacao(job), validade(job)
    return estado if vale is None or vale.tom == "feito" else replace(estado, tom=_PIOR.get(estado.tom, estado.tom))


def validade(job: Job) -> Situacao | None:
    """Return whether a sealed print counts, as its seals and the court stand; None for one without a seal (S11, X6)."""
    if job.get("vale") is None:
        return None
    if job["substituido_por"]:
        return Situacao("substituído: não vale", "Outro documento tomou o lugar deste.", "parado")
    mortos = [selo for selo in job["selos"] if selo["excluido_por"]]
    if not job["vale"]:
        return Situacao("selos excluídos: não vale", "Os selos desta impressão foram excluídos (XA).", "parado")
    if mortos:
        texto = plural(len(mortos), "selo foi excluído (XA)", "selos foram excluídos (XA)")
        return Situacao(plural(len(mortos), "selo excluído", "selos excluídos"), f"{texto}; os outros valem.", "espera")
    if any(selo["estado"] in ("aguardando retificação", "falha") for selo in job["selos"] if selo["vivo"]):
        return Situacao("o tribunal recusou", "O tribunal recusou um selo desta impressão: veja o selo.", "problema")
    if job["desatualizado"]:
        return Situacao("Desatualizado", "Mostra um selo do livro que já não vale.", "problema")
    if any(selo["atual"] != selo["codigo"] for selo in job["selos"]):
        return Situacao("vale, retificado", "Um selo desta impressão foi retificado: vale o mais novo.", "feito")
    return Situacao("vale", "", "feito")


def motivo(palavra: str) -> str:
    """Return a queue's reason in plain words; one that is not known stays as the queue says it."""
    base = palavra.removesuffix("-error").removesuffix("-warning").removesuffix("-report")
    return MOTIVOS.get(base, palavra)


def titulo(documento: Mapping[str, Any] | str) -> str:
    """Return what the document is: `2º traslado de P-2026-001234`."""
    if isinstance(documento, str):
        return documento
    tipo, instrumento = documento["tipo"], documento.get("instrumento")
    de = f" de {instrumento}" if instrumento else ""
    match tipo:
        case "traslado":
            return f"{documento.get('numero') or '?'}º traslado{de}"
        case "certidao":
            return f"Certidão {documento.get('pedido')}, via {documento.get('via')}{de}"
        case "ficha_abertura":
            return f"Ficha de abertura {documento.get('ficha')}"
        case _:
            return f"{TIPOS.get(tipo, tipo)}{de}"


def lugar(documento: Mapping[str, Any] | str) -> str:
    """Return where the document stands: `livro 0123, folhas 045 a 047`; empty where there is no livro."""
    if isinstance(documento, str) or not documento.get("livro"):
        return ""
    inicio, fim = documento.get("folha_inicial"), documento.get("folha_final")
    if not inicio:
        return f"livro {documento['livro']}"
    folhas = f"folhas {inicio} a {fim}" if fim and fim != inicio else f"folha {inicio}"
    return f"livro {documento['livro']}, {folhas}"


def reais(centavos: int) -> str:
    """Return whole centavos as people read money: `R$ 1.234,56`."""
    return formatar_reais(de_centavos(centavos))


def por_quem(retificador: str) -> str:
    """Return what the seal `retificador` did to the one before it: excluded it, or rectified it (X2, R1)."""
    return "excluído por" if ler(retificador).ato == EXCLUSAO else "retificado por"


def total(selos: Sequence[Mapping[str, Any]]) -> str:
    """Return the sum of the seals' totals as they are now: rectified ones by the newest, excluded ones not at all."""
    return reais(sum(selo.get("atual_centavos", selo["total_centavos"]) or 0 for selo in selos))


def dia(quando: date) -> str:
    """Return a day as people write it: `20/11/2026`."""
    return quando.strftime("%d/%m/%Y")


def data(texto: str) -> str:
    """Return a day in ISO's form as people write it: `20/11/2026`."""
    return dia(date.fromisoformat(texto))


def momento(valor: str | datetime, agora: datetime) -> str:
    """Return a moment (RFC 3339 text or aware datetime) beside `agora`: `hoje às 14:32`, `20/11/2026 às 09:05`."""
    quando = local(datetime.fromisoformat(valor) if isinstance(valor, str) else valor)
    hoje = local_date(agora)
    perto = {hoje: "hoje", hoje - timedelta(days=1): "ontem", hoje + timedelta(days=1): "amanhã"}
    return f"{perto.get(quando.date()) or dia(quando.date())} às {quando:%H:%M}"


def passou(valor: str, agora: datetime) -> bool:
    """Return whether the moment (RFC 3339 text) lies before `agora`."""
    return datetime.fromisoformat(valor) < agora


def hora(valor: str) -> str:
    """Return the time of day of an RFC 3339 text, with seconds: `14:32:07`."""
    return f"{local(datetime.fromisoformat(valor)):%H:%M:%S}"


def passo(estado: str) -> str:
    """Return the name of a step in a job's history."""
    if estado in ESTADOS:
        return {"aguardando_xa": "Pergunta: já foi impresso", "aguardando_selo": "Pergunta: com ou sem selo"}.get(
            estado, ESTADOS[estado].palavra
        )
    return estado.replace("_", " ").replace("-", " ").capitalize()


_ROTULOS: Mapping[str, str] = {
    "pagina": "página",
    "paginas": "páginas",
    "copia": "cópia",
    "codigo": "código",
    "selos_excluidos": "selos excluídos",
    "papeis_inutilizados": "papéis inutilizados",
}


def detalhe(valor: object) -> str:
    """Return the detail of a step as one line, whatever its shape."""
    if valor is None or valor == "" or valor == [] or valor == {}:
        return ""
    if isinstance(valor, bool):
        return "sim" if valor else "não"
    if isinstance(valor, Mapping):
        partes = [(_ROTULOS.get(nome, str(nome).replace("_", " ")), detalhe(item)) for nome, item in valor.items()]
        return "; ".join(f"{nome}: {texto}" for nome, texto in partes if texto)
    if isinstance(valor, list | tuple):
        return ", ".join(filter(None, map(detalhe, valor)))
    return str(valor)


def plural(n: int, um: str, muitos: str) -> str:
    """Return `1 selo`, `2 selos`."""
    return f"{n} {um if n == 1 else muitos}"


def numeros(lista: Sequence[int]) -> str:
    """Return the numbers of paper seals (ascending) as people read them: `0000004, 0000007 a 0000012`."""
    trechos: list[list[int]] = []
    for numero in lista:
        if trechos and trechos[-1][1] == numero - 1:
            trechos[-1][1] = numero
        else:
            trechos.append([numero, numero])
    return ", ".join(f"{a:07}" if a == b else f"{a:07} a {b:07}" for a, b in trechos)
