"""The life of a print as people tell it: what happened, and by whom; not the state that it was left in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from printserver.common.data import JsonView
from printserver.common.text import capitalized
from printserver.selo import EXCLUSION, read
from printserver.web import words
from printserver.web.context import person_name

# What the court took or refused: one, several.
_TOLD: Final[Mapping[str, tuple[str, str]]] = {
    "selo": ("o selo", "{} selos"),
    "retificacao": ("a retificação", "{} retificações"),
    "exclusao": ("a exclusão", "{} exclusões"),
    "vinculo": ("o vínculo", "{} vínculos"),
}
_COURT: Final = "tribunal"  # the system that logs the court's answers
_TAKEN: Final = ("comunicado", "vínculo aceito")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: when (RFC 3339 text), what, and the codes of the seals that it is about."""

    quando: str
    texto: str
    selos: tuple[str, ...] = ()


def life(steps: Sequence[JsonView]) -> list[Event]:
    """Return the events of a print (`jobs.life`), in order; several seals that the court took in a row are one."""
    excluded = {code for step in steps if not step["selo"] for code in _detail(step).get("selos_excluidos") or ()}
    kinds = {step["selo"]: _seal_kind(step) for step in steps if step["selo"] and "total_centavos" in _detail(step)}
    found: list[Event] = []
    before, last = "", ""
    for step in steps:
        code = step["selo"]
        taken = ""
        if code and step["sistema"] == _COURT and step["estado"] in _TAKEN:
            taken = "vinculo" if step["estado"] == "vínculo aceito" else kinds.get(code, "selo")
        if taken and taken == last:
            codes = (*found[-1].selos, code)
            found[-1] = replace(found[-1], texto=_took(taken, len(codes)), selos=codes)
        elif taken:
            found.append(Event(step["quando"], _took(taken, 1), (code,)))
        elif text := _of_seal(step, kinds, excluded) if code else _of_job(step, before):
            found.append(Event(step["quando"], text, (code,) if code else ()))
        else:
            continue
        last = taken
        before = before if code else step["estado"]
    return found


def answer(steps: Sequence[JsonView]) -> Event | None:
    """Return the event that followed the newest question of a print (`jobs.life`); None if there is none."""
    mine = [step for step in steps if not step["selo"]]
    asked = [n for n, step in enumerate(mine[:-1]) if step["estado"].startswith("aguardando")]
    if not asked:
        return None
    before, step = mine[asked[-1] : asked[-1] + 2]
    return Event(step["quando"], _of_job(step, before["estado"]))


def of_print(step: JsonView) -> str:
    """Return what one entry of the log tells of a print, as a sentence without the author; never empty.

    `step` is as one of `jobs.life`, with `antes`: the print's state before it.
    """
    return _without_author(step, _of_job(step, step["antes"] or "") or words.step(step["estado"]))


def of_seal(step: JsonView) -> str:
    """Return the same of a seal; `step` is as one of `jobs.life`."""
    what, kind = _detail(step), _seal_kind(step)
    if step["sistema"] == _COURT:
        if by := what.get("retificado_por"):
            done = "excluiu o ato deste selo, pelo" if read(by).ato == EXCLUSION else "pôs no lugar deste o selo"
            return f"O tribunal {done} {by}"
        taken = "vinculo" if step["estado"] == "vínculo aceito" else kind
        if step["estado"] in _TAKEN:
            return _took(taken, 1)
    if text := _of_seal(step, {step["selo"]: kind}, set()):
        return _without_author(step, text)
    if "vinculador" in what:
        return f"Vinculou o selo ao vinculador {what['vinculador']}"
    if "retifica" in what:
        made = "a exclusão (XA) do selo" if kind == "exclusao" else "o retificador do selo"
        return f"Fez {made} {what['retifica']}"
    return "Fez o selo"


def _without_author(step: JsonView, text: str) -> str:
    return capitalized(text.removeprefix(_who(step)).lstrip(" ,:"))


def _detail(step: JsonView) -> JsonView:
    return step["detalhe"] if isinstance(step["detalhe"], Mapping) else {}


def _who(step: JsonView) -> str:
    """Return who did it, as the subject of a sentence."""
    if not step["quem"]:
        return f"O sistema {step['sistema']}" if step["sistema"] else "O servidor"
    return person_name(step["quem"]) + (f", pelo sistema {step['sistema']}," if step["sistema"] else "")


def _with(text: str, why: object) -> str:
    return f"{text}: {why}" if why else text


def _seal_kind(step: JsonView) -> str:
    if read(step["selo"]).ato == EXCLUSION:
        return "exclusao"
    return "retificacao" if "retifica" in _detail(step) else "selo"


def _took(kind: str, n: int) -> str:
    one, many = _TOLD[kind]
    return f"O tribunal registrou {one if n == 1 else many.format(n)}"


def _of_seal(step: JsonView, kinds: Mapping[str, str], excluded: set[str]) -> str:
    """Return what happened to a seal; empty for what another step tells."""
    what, by = _detail(step), _detail(step).get("retificado_por")
    if step["sistema"] == _COURT:
        if by:
            return ""
        kind = "vinculo" if step["estado"].startswith("vínculo") else kinds.get(step["selo"], "selo")
        errors = "; ".join(str(each.get("mensagem") or each.get("codigo")) for each in what.get("erros") or ())
        return _with(f"O tribunal recusou {_TOLD[kind][0]}", errors)
    if by and read(by).ato == EXCLUSION:
        return "" if step["selo"] in excluded else _with(f"{_who(step)} pediu a exclusão (XA)", what.get("motivo"))
    if by:
        return _with(f"{_who(step)} retificou o selo", what.get("motivo"))
    return f"{_who(step)}: {step['detalhe']}" if isinstance(step["detalhe"], str) else ""


def _of_job(step: JsonView, before: str) -> str:
    """Return what happened to the print; empty for a step that people do not see."""
    what, who = _detail(step), _who(step)
    why = what.get("motivo")
    if isinstance(what.get("paginas"), Mapping):
        return _sheets(who, what)
    if what.get("removido"):
        return "Texto e PDF removidos, passado o prazo de guarda"
    if what.get("desatualizado"):
        return "Ficou desatualizado: um selo que mostra foi excluído"
    if "certidao" in what:
        return _with(f"{who} registrou a certidão como {what['certidao']}", why or what.get("por"))
    if "selos_excluidos" in what:
        return _with(f"{who} pediu a exclusão (XA)", why)
    if "substituido_por" in what:
        return _with(f"{who} substituiu este documento por outro", why)
    if "substituicao_excluida" in what:
        return "O documento que tomou o lugar deste foi excluído: este vale de novo"
    if "reenviado" in what:
        return _with(f"{who} mandou imprimir tudo de novo: nada tinha saído", why)
    if step["estado"] == "aceito":
        return _accepted(who, what, before, step["resposta"])
    if step["estado"] == "cancelado":
        return _cancelled(who, what, why, step)
    return _on_the_way(step, what, who)


def _sheets(who: str, what: JsonView) -> str:
    """Return what a person said of the sheets, and what is printed again."""
    by_state: dict[str, list[int]] = {}
    for page, state in what["paginas"].items():
        by_state.setdefault(str(state), []).append(int(page))
    said = "; ".join(
        f"{'página' if len(pages) == 1 else 'páginas'} {words.pages(pages)} {words.said_of_pages(state, len(pages))}"
        for state, pages in by_state.items()
    )
    text = f"{who} informou as folhas: {said}" if said else f"{who} informou as folhas"
    if what.get("versos"):
        text = f"{who} virou as folhas: os versos são impressos"
    if spoiled := what.get("papeis_inutilizados"):
        text += f"; papel {', '.join(spoiled)} inutilizado"
    if what.get("imprimir"):
        text += f"; imprimir de novo {words.the_pages(what['imprimir'])}"
    return _with(f"{text}. Motivo", what.get("motivo")) if not what.get("versos") else text


def _accepted(who: str, what: JsonView, before: str, answer: JsonView | None) -> str:
    count = len(what.get("selos") or ())
    made = f"; {words.plural(count, 'selo feito', 'selos feitos')}" if count else ""
    if before == "aguardando_xa":
        text = f"{who} respondeu sim: excluir os selos anteriores (XA) e imprimir de novo{made}"
        return _with(f"{text}. Motivo", (answer or {}).get("motivo")) if (answer or {}).get("motivo") else text
    if before == "aguardando_selo":
        return f"{who} respondeu: {'com' if count else 'sem'} selo"
    order = f"; por ordem judicial: {what['ordem_judicial']}" if what.get("ordem_judicial") else ""
    return f"{who} mandou imprimir{made}{order}"


def _cancelled(who: str, what: JsonView, why: object, step: JsonView) -> str:
    if "resposta" in what:
        return _with(f"{who} respondeu não: nada foi excluído nem impresso", why)
    if why:
        return f"{who} cancelou: {why}"
    return _with("Cancelado", step["detalhe"] if isinstance(step["detalhe"], str) else "")


def _on_the_way(step: JsonView, what: JsonView, who: str) -> str:
    state, queue = step["estado"], what.get("fila")
    if isinstance(step["detalhe"], str):
        text = step["detalhe"]
        return {"falhou": f"A impressão falhou: {text}", "incerto": f"Não se sabe o que saiu: {text}"}.get(state, text)
    if state == "aguardando_xa":
        return f"{who} mandou imprimir de novo; como já estava impresso, o servidor perguntou"
    if state == "aguardando_selo":
        return f"{who} mandou imprimir; o servidor perguntou se leva selo"
    if state == "renderizado":
        return "O PDF ficou pronto"
    if "motivos" in what or "mensagem" in what:
        told = [words.reason(word) for word in what.get("motivos") or () if word != "none"]
        return _with("A fila diz", ", ".join(told) or what.get("mensagem") or what.get("cups"))
    if state == "entregue":
        return f"A fila {queue} recebeu o documento" if queue else ""
    if state == "impresso":
        return f"O arquivo foi gravado na pasta da fila {queue}" if queue else "A impressora terminou"
    return words.step(state)
