"""The reprint (X1–X4, X6–X8): its question, the checks of a confirmation, and the resulting XAs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from printserver.clock import local, rfc3339
from printserver.common.data import JsonObject
from printserver.common.text import capitalized
from printserver.documents.kinds import KINDS, FieldValues
from printserver.documents.plan import Identity, LiveSelo, Rules
from printserver.errors import Recusa, invalid_input
from printserver.selo import EXCLUSION, Emolumentos, NewSelo, read


@dataclass(frozen=True, slots=True)
class AffectedPrint:
    """A print that shows a seal to be excluded (X6): its job, its name, and its `documento` as in a job."""

    job: str
    rotulo: str
    documento: FieldValues


@dataclass(frozen=True, slots=True)
class Alternative:
    """An alternative action: a word for programs and a sentence for the escrevente."""

    acao: str
    texto: str


@dataclass(frozen=True, slots=True)
class Question:
    """The question of a reprint, shown with the job (X1)."""

    texto: str
    selos: tuple[str, ...]
    atinge: tuple[AffectedPrint, ...]
    xa_ate: datetime
    alternativas: tuple[Alternative, ...]

    def as_json(self) -> JsonObject:
        """Return the contract's `pergunta`."""
        return {
            "tipo": "xa",
            "texto": self.texto,
            "selos": list(self.selos),
            "atinge": [{"job": single.job, "documento": dict(single.documento)} for single in self.atinge],
            "xa_ate": rfc3339(self.xa_ate),
            "alternativas": [{"acao": one.acao, "texto": one.texto} for one in self.alternativas],
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """A received confirmation; `selos` are those shown to the escrevente, None if the answer omits them.

    `fora_do_prazo`: continue past the term (X4); the required role is checked elsewhere.
    """

    motivo: str | None
    papel_em_maos: bool = False
    selos: tuple[str, ...] | None = None
    folha_inicial: str | None = None
    folha_final: str | None = None
    fora_do_prazo: bool = False


def decide(
    identity: Identity,
    live: Sequence[LiveSelo],
    now: datetime,
    rules: Rules,
    *,
    atinge: Sequence[AffectedPrint] = (),
    next_traslado: int | None = None,
    printed_as: str | None = None,
) -> Question | None:
    """Return the question that blocks the print of a document with live seals; None if it has none (X1).

    `next_traslado` is the number of the next traslado of the instrumento; `printed_as` is the `rotulo` of the previous
    print, which is quoted if its numbers were spelled differently (X0). Raises Recusa `prazo-xa-encerrado`, with its
    `alternativas`, past the term (X4).
    """
    if not live:
        return None
    ate = _xa_until(identity, live, rules)
    others = alternatives(identity, next_traslado, within_term=now <= ate)
    if now > ate:
        raise _term_over(identity, live, ate, others, printed_as)
    return Question(
        texto=_text(identity, live, ate, atinge, rules, printed_as),
        selos=tuple(selo.codigo for selo in live),
        atinge=tuple(atinge),
        xa_ate=ate,
        alternativas=others,
    )


def alternatives(
    identity: Identity, next_traslado: int | None = None, *, within_term: bool = True
) -> tuple[Alternative, ...]:
    """Return the alternatives to an XA within (X1) or past its term (X4)."""
    kind = KINDS[identity.tipo]
    made = []
    if within_term:
        made.append(
            Alternative("folhas", "Se alguma folha não saiu ou se estragou, diga as folhas da impressão anterior.")
        )
    if kind.further == "traslado":
        numero = next_traslado or int(identity.campos.get("numero") or 0) + 1
        text = f"Se as partes precisam de mais uma cópia, tire o traslado {numero}."
        made.append(Alternative("traslado", text))
    if kind.further == "certidao":
        via = int(identity.campos.get("via") or 0) + 1
        made.append(Alternative("certidao", f"Se é mais uma certidão do mesmo pedido, peça a via {via}."))
    made.append(Alternative("retificacao", "Se só um valor ou um dado do selo está errado, retifique o selo."))
    if kind.leaves_office:
        text = "Se o papel já saiu do cartório, faça a substituição, com selo novo e isento (tabelião ou substituto)."
        made.append(Alternative("substituicao", text))
    if not within_term:
        text = "O tabelião ou o substituto pode pedir a exclusão fora do prazo; quem decide é o Tribunal."
        made.append(Alternative("fora_do_prazo", text))
    return tuple(made)


def check_answer(
    identity: Identity,
    resposta: Answer,
    shown: Sequence[str],
    live: Sequence[LiveSelo],
    now: datetime,
    rules: Rules,
    *,
    old_folhas: Collection[int] = (),
) -> None:
    """Raise unless this confirmation is valid (X1, X2, X4, X7); `shown` are the seals in the question.

    `old_folhas` are the folhas of the livro's old print. Raises Recusa `pergunta-mudou`, `prazo-xa-encerrado`,
    `entrada-invalida` (no reason, no paper in hand, no new folhas).
    """
    live_now = {selo.codigo for selo in live}
    if live_now != set(shown) or (resposta.selos is not None and live_now != set(resposta.selos)):
        raise Recusa(
            "pergunta-mudou",
            "Os selos deste documento já não são os que a pergunta mostrou: veja os de agora e responda de novo.",
        )
    check_exclusion(
        identity,
        live,
        now,
        rules,
        reason=resposta.motivo,
        papel_em_maos=resposta.papel_em_maos,
        fora_do_prazo=resposta.fora_do_prazo,
    )
    if identity.tipo == "livro":
        _check_new_folhas(resposta, old_folhas, rules)


def check_exclusion(
    identity: Identity,
    live: Sequence[LiveSelo],
    now: datetime,
    rules: Rules,
    *,
    reason: str | None,
    papel_em_maos: bool,
    fora_do_prazo: bool = False,
) -> None:
    """Raise unless the live seals of a document may be excluded (X2, X4).

    The role for `fora_do_prazo` is checked elsewhere. Raises Recusa `entrada-invalida` without a reason, or without
    the paper in hand for a document that leaves the office; `prazo-xa-encerrado`.
    """
    if reason is None or not reason.strip():
        raise invalid_input("motivo", "diga o motivo da exclusão")
    if KINDS[identity.tipo].leaves_office and not papel_em_maos:
        raise invalid_input(
            "papel_em_maos",
            "a exclusão só vale para papel que não saiu do cartório: confirme que ele está em mãos; se já saiu, o caso "
            "é de substituição",
        )
    if live and not fora_do_prazo and now > (ate := _xa_until(identity, live, rules)):
        raise _term_over(identity, live, ate, alternatives(identity, within_term=False))


def selos_xa(live: Sequence[LiveSelo], now: datetime) -> tuple[NewSelo, ...]:
    """Return the XA of each live seal, in order: zero values, this moment, the same identifier and parties (X2)."""
    return tuple(
        NewSelo(
            natureza=read(selo.codigo).natureza,
            ato=EXCLUSION,
            descricao=f"Exclusão de ato: {selo.descricao}",
            identificador=selo.identificador,
            partes=selo.partes,
            momento=now,
            emolumentos=Emolumentos.zero(),
            isento=True,
            motivo_isencao="exclusão de ato",
            retifica=selo.codigo,
        )
        for selo in live
    )


def _check_new_folhas(resposta: Answer, former: Collection[int], rules: Rules) -> None:
    """Raise unless the livro's reprint has folhas not used by its old print, if the setting requires it (X7)."""
    if resposta.folha_inicial is None:
        if rules.folhas_novas:
            raise invalid_input(
                "folha_inicial", "as folhas deste livro são numeradas: diga a folha inicial das folhas novas"
            )
        if resposta.folha_final is not None:
            raise invalid_input("folha_inicial", "há folha final sem folha inicial")
        return
    start = int(resposta.folha_inicial)
    final = int(resposta.folha_final or resposta.folha_inicial)
    if final < start:
        raise invalid_input("folha_final", "a folha final vem antes da inicial")
    if rules.folhas_novas and (used := sorted(set(range(start, final + 1)) & set(former))):
        raise invalid_input(
            "folha_inicial", f"a folha {used[0]} é da impressão anterior e fica inutilizada: dê folhas novas"
        )


def spelled_before(identity: Identity, printed_as: str | None) -> str:
    """Return, in parentheses, the previous print's spelling of the document's name (X0); empty if equal."""
    return f" (antes: {printed_as})" if printed_as not in (None, identity.rotulo) else ""


def _text(
    identity: Identity,
    live: Sequence[LiveSelo],
    ate: datetime,
    atinge: Sequence[AffectedPrint],
    rules: Rules,
    printed_as: str | None,
) -> str:
    """Return the text of the question."""
    single = len(live) == 1
    parties = [
        f"{capitalized(identity.rotulo)}{spelled_before(identity, printed_as)}: já impresso, com "
        f"{_how_many(live)}: {_selo_list(live)}.",
        f"Para imprimir de novo, {'este selo será excluído' if single else 'estes selos serão excluídos'} no Tribunal "
        "(XA) e o documento receberá " + ("selo novo." if single else "selos novos."),
        _condition(identity, rules),
    ]
    if atinge:
        names = "; ".join(affected.rotulo for affected in atinge)
        parties.append(f"Também ficará desatualizado o que já mostra esses selos: {names}.")
    parties.append(f"A exclusão é possível até {_moment(ate)}. Excluir e imprimir de novo?")
    return " ".join(parties)


def _condition(identity: Identity, rules: Rules) -> str:
    if KINDS[identity.tipo].leaves_office:
        return "Só confirme com o papel anterior em mãos."
    if identity.tipo == "livro" and rules.folhas_novas:
        return "As folhas da impressão anterior ficam inutilizadas: será preciso dar folhas novas."
    return "Só confirme se a impressão anterior não será usada."


def _term_over(
    identity: Identity,
    live: Sequence[LiveSelo],
    ate: datetime,
    others: Sequence[Alternative],
    printed_as: str | None = None,
) -> Recusa:
    detalhe = (
        f"{capitalized(identity.rotulo)}{spelled_before(identity, printed_as)}: já impresso, com "
        f"{_how_many(live)}: {_selo_list(live)}. "
        f"O prazo da exclusão (XA) terminou em {_moment(ate)}. " + " ".join(one.texto for one in others)
    )
    return Recusa(
        "prazo-xa-encerrado",
        detalhe,
        extra={
            "selos": [selo.codigo for selo in live],
            "xa_ate": rfc3339(ate),
            "alternativas": [{"acao": one.acao, "texto": one.texto} for one in others],
        },
    )


def _xa_until(identity: Identity, live: Sequence[LiveSelo], rules: Rules) -> datetime:
    return rules.terms.xa_until(identity.tipo, *(selo.momento for selo in live))


def _how_many(live: Sequence[LiveSelo]) -> str:
    return "1 selo válido" if len(live) == 1 else f"{len(live)} selos válidos"


def _selo_list(live: Sequence[LiveSelo]) -> str:
    several = len(live) > 1
    return "; ".join(
        f"{selo.codigo} ({selo.descricao}{', ato principal' if several and selo.principal else ''})" for selo in live
    )


def _moment(moment: datetime) -> str:
    return f"{local(moment):%d/%m/%Y às %Hh%M}"
