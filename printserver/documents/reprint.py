"""The reprint (X1–X4, X6–X8): the question that stops it, what a yes must bring, the XAs that it makes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from printserver.clock import local, rfc3339
from printserver.documents.plan import Identidade, Regras, SeloVivo
from printserver.errors import Recusa, entrada_invalida
from printserver.selo import Emolumentos, SeloNovo, ler
from printserver.selo.atos import EXCLUSAO

# What leaves the office: before its XA, the paper must be in hand (X2).
SAI_DO_CARTORIO = ("traslado", "certidao")


@dataclass(frozen=True, slots=True)
class Atingido:
    """A print that shows a seal which would be excluded (X6): its job, its name, and its `documento` as in a job."""

    job: str
    rotulo: str
    documento: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Alternativa:
    """What would be right instead: a word for programs and a sentence for the escrevente."""

    acao: str
    texto: str


@dataclass(frozen=True, slots=True)
class Pergunta:
    """The question of a reprint, as the job bears it (X1)."""

    texto: str
    selos: tuple[str, ...]
    atinge: tuple[Atingido, ...]
    xa_ate: datetime
    alternativas: tuple[Alternativa, ...]

    def como_json(self) -> dict[str, Any]:
        """Return the contract's `pergunta`."""
        return {
            "tipo": "xa",
            "texto": self.texto,
            "selos": list(self.selos),
            "atinge": [{"job": um.job, "documento": um.documento} for um in self.atinge],
            "xa_ate": rfc3339(self.xa_ate),
            "alternativas": [{"acao": uma.acao, "texto": uma.texto} for uma in self.alternativas],
        }


@dataclass(frozen=True, slots=True)
class Resposta:
    """A yes as it came; `selos` are those that the escrevente was shown, None if the answer does not repeat them.

    `fora_do_prazo`: who answers goes on past the term (X4); who may say so is decided with the roles of persons.
    """

    motivo: str | None
    papel_em_maos: bool = False
    selos: tuple[str, ...] | None = None
    folha_inicial: str | None = None
    folha_final: str | None = None
    fora_do_prazo: bool = False


def decidir(
    identidade: Identidade,
    vivos: Sequence[SeloVivo],
    agora: datetime,
    regras: Regras,
    *,
    atinge: Sequence[Atingido] = (),
    proximo_traslado: int | None = None,
    impresso_como: str | None = None,
) -> Pergunta | None:
    """Return the question that stops the print of a document with live seals; None if it has none (X1).

    `proximo_traslado` is the number a new traslado of the instrument would get; `impresso_como` is the `rotulo` of the
    print before, which is told where its numbers were spelled in another way (X0). Raises Recusa `prazo-xa-encerrado`,
    with its `alternativas`, past the term (X4).
    """
    if not vivos:
        return None
    ate = xa_ate(vivos, regras)
    outras = alternativas(identidade, proximo_traslado, dentro_do_prazo=agora <= ate)
    if agora > ate:
        raise _prazo_encerrado(identidade, vivos, ate, outras, impresso_como)
    return Pergunta(
        texto=_texto(identidade, vivos, ate, atinge, regras, impresso_como),
        selos=tuple(selo.codigo for selo in vivos),
        atinge=tuple(atinge),
        xa_ate=ate,
        alternativas=outras,
    )


def xa_ate(vivos: Sequence[SeloVivo], regras: Regras) -> datetime:
    """Return until when all these seals can be excluded: the term counts from the earliest act (S7, X4)."""
    return min(selo.momento for selo in vivos) + timedelta(hours=regras.xa_horas)


def alternativas(
    identidade: Identidade, proximo_traslado: int | None = None, *, dentro_do_prazo: bool = True
) -> tuple[Alternativa, ...]:
    """Return what can be done instead of an XA (X1), and what is left past its term (X4)."""
    tipo = identidade.tipo
    feitas = []
    if dentro_do_prazo:
        feitas.append(
            Alternativa("folhas", "Se alguma folha não saiu ou se estragou, diga as folhas da impressão anterior.")
        )
    if tipo in ("livro", "traslado"):
        numero = proximo_traslado or ((identidade.campos.get("numero") or 0) + 1)
        texto = f"Se as partes precisam de mais uma cópia, tire o traslado {numero}."
        feitas.append(Alternativa("traslado", texto))
    if tipo == "certidao":
        via = (identidade.campos.get("via") or 0) + 1
        feitas.append(Alternativa("certidao", f"Se é mais uma certidão do mesmo pedido, peça a via {via}."))
    feitas.append(Alternativa("retificacao", "Se só um valor ou um dado do selo está errado, retifique o selo."))
    if tipo in SAI_DO_CARTORIO:
        texto = "Se o papel já saiu do cartório, faça a substituição, com selo novo e isento (tabelião ou substituto)."
        feitas.append(Alternativa("substituicao", texto))
    if not dentro_do_prazo:
        texto = "O tabelião ou o substituto pode pedir a exclusão fora do prazo; quem decide é o Tribunal."
        feitas.append(Alternativa("fora_do_prazo", texto))
    return tuple(feitas)


def conferir_resposta(
    identidade: Identidade,
    resposta: Resposta,
    mostrados: Sequence[str],
    vivos: Sequence[SeloVivo],
    agora: datetime,
    regras: Regras,
    *,
    folhas_antigas: Collection[int] = (),
) -> None:
    """Raise unless this yes may go on (X1, X2, X4, X7); `mostrados` are the seals that the question showed.

    `folhas_antigas` are the folhas of the livro's old print. Raises Recusa `pergunta-mudou`, `prazo-xa-encerrado`,
    `entrada-invalida` (no reason, no paper in hand, no new folhas).
    """
    agora_vivos = {selo.codigo for selo in vivos}
    if agora_vivos != set(mostrados) or (resposta.selos is not None and agora_vivos != set(resposta.selos)):
        raise Recusa(
            "pergunta-mudou",
            "Os selos deste documento já não são os que a pergunta mostrou: veja os de agora e responda de novo.",
        )
    conferir_exclusao(
        identidade,
        vivos,
        agora,
        regras,
        motivo=resposta.motivo,
        papel_em_maos=resposta.papel_em_maos,
        fora_do_prazo=resposta.fora_do_prazo,
    )
    if identidade.tipo == "livro":
        _conferir_folhas_novas(resposta, folhas_antigas, regras)


def conferir_exclusao(
    identidade: Identidade,
    vivos: Sequence[SeloVivo],
    agora: datetime,
    regras: Regras,
    *,
    motivo: str | None,
    papel_em_maos: bool,
    fora_do_prazo: bool = False,
) -> None:
    """Raise unless the live seals of a document may be excluded (X2, X4).

    Who may say `fora_do_prazo` is decided with the roles of persons. Raises Recusa `entrada-invalida` without a reason,
    or without the paper of what leaves the office in hand; `prazo-xa-encerrado`.
    """
    if motivo is None or not motivo.strip():
        raise entrada_invalida("motivo", "diga o motivo da exclusão")
    if identidade.tipo in SAI_DO_CARTORIO and not papel_em_maos:
        raise entrada_invalida(
            "papel_em_maos",
            "a exclusão só vale para papel que não saiu do cartório: confirme que ele está em mãos; se já saiu, o caso "
            "é de substituição",
        )
    if vivos and not fora_do_prazo and agora > (ate := xa_ate(vivos, regras)):
        raise _prazo_encerrado(identidade, vivos, ate, alternativas(identidade, dentro_do_prazo=False))


def selos_xa(vivos: Sequence[SeloVivo], agora: datetime) -> tuple[SeloNovo, ...]:
    """Return the XA of each live seal, in order: zero values, this moment, the same identifier and parties (X2)."""
    return tuple(
        SeloNovo(
            natureza=ler(selo.codigo).natureza,
            ato=EXCLUSAO,
            descricao=f"Exclusão de ato: {selo.descricao}",
            identificador=selo.identificador,
            partes=selo.partes,
            momento=agora,
            emolumentos=Emolumentos.zero(),
            isento=True,
            motivo_isencao="exclusão de ato",
            retifica=selo.codigo,
        )
        for selo in vivos
    )


def _conferir_folhas_novas(resposta: Resposta, antigas: Collection[int], regras: Regras) -> None:
    """Raise unless the livro's reprint brings folhas that its old print did not use, where the setting asks it (X7)."""
    if resposta.folha_inicial is None:
        if regras.folhas_novas:
            raise entrada_invalida(
                "folha_inicial", "as folhas deste livro são numeradas: diga a folha inicial das folhas novas"
            )
        if resposta.folha_final is not None:
            raise entrada_invalida("folha_inicial", "há folha final sem folha inicial")
        return
    inicial = int(resposta.folha_inicial)
    final = int(resposta.folha_final or resposta.folha_inicial)
    if final < inicial:
        raise entrada_invalida("folha_final", "a folha final vem antes da inicial")
    if regras.folhas_novas and (usadas := sorted(set(range(inicial, final + 1)) & set(antigas))):
        raise entrada_invalida(
            "folha_inicial", f"a folha {usadas[0]} é da impressão anterior e fica inutilizada: dê folhas novas"
        )


def como_se_escreveu(identidade: Identidade, impresso_como: str | None) -> str:
    """Return, in parentheses, how the print before spelled what is the same document (X0); empty if alike."""
    return f" (antes: {impresso_como})" if impresso_como not in (None, identidade.rotulo) else ""


def _texto(
    identidade: Identidade,
    vivos: Sequence[SeloVivo],
    ate: datetime,
    atinge: Sequence[Atingido],
    regras: Regras,
    impresso_como: str | None,
) -> str:
    """Return the question as the escrevente reads it."""
    um = len(vivos) == 1
    partes = [
        f"{_maiuscula(identidade.rotulo)}{como_se_escreveu(identidade, impresso_como)}: já impresso, com "
        f"{_quantos(vivos)}: {_lista(vivos)}.",
        f"Para imprimir de novo, {'este selo será excluído' if um else 'estes selos serão excluídos'} no Tribunal (XA) "
        "e o documento receberá " + ("selo novo." if um else "selos novos."),
        _condicao(identidade, regras),
    ]
    if atinge:
        nomes = "; ".join(atingido.rotulo for atingido in atinge)
        partes.append(f"Também ficará desatualizado o que já mostra esses selos: {nomes}.")
    partes.append(f"A exclusão é possível até {_momento(ate)}. Excluir e imprimir de novo?")
    return " ".join(partes)


def _condicao(identidade: Identidade, regras: Regras) -> str:
    if identidade.tipo in SAI_DO_CARTORIO:
        return "Só confirme com o papel anterior em mãos."
    if identidade.tipo == "livro" and regras.folhas_novas:
        return "As folhas da impressão anterior ficam inutilizadas: será preciso dar folhas novas."
    return "Só confirme se a impressão anterior não será usada."


def _prazo_encerrado(
    identidade: Identidade,
    vivos: Sequence[SeloVivo],
    ate: datetime,
    outras: Sequence[Alternativa],
    impresso_como: str | None = None,
) -> Recusa:
    detalhe = (
        f"{_maiuscula(identidade.rotulo)}{como_se_escreveu(identidade, impresso_como)}: já impresso, com "
        f"{_quantos(vivos)}: {_lista(vivos)}. "
        f"O prazo da exclusão (XA) terminou em {_momento(ate)}. " + " ".join(uma.texto for uma in outras)
    )
    return Recusa(
        "prazo-xa-encerrado",
        detalhe,
        extra={
            "selos": [selo.codigo for selo in vivos],
            "xa_ate": rfc3339(ate),
            "alternativas": [{"acao": uma.acao, "texto": uma.texto} for uma in outras],
        },
    )


def _quantos(vivos: Sequence[SeloVivo]) -> str:
    return "1 selo válido" if len(vivos) == 1 else f"{len(vivos)} selos válidos"


def _lista(vivos: Sequence[SeloVivo]) -> str:
    varios = len(vivos) > 1
    return "; ".join(
        f"{selo.codigo} ({selo.descricao}{', ato principal' if varios and selo.principal else ''})" for selo in vivos
    )


def _momento(momento: datetime) -> str:
    return f"{local(momento):%d/%m/%Y às %Hh%M}"


def _maiuscula(texto: str) -> str:
    return texto[:1].upper() + texto[1:]
