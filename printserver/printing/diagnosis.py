"""Diagnosis of a queue or a job in plain Portuguese, with the remedy: data and a look-up.

Either IPP's reasons or the printer's own message may be missing (CUPS leaves the reasons of a printer that is down at
`none`), so both are read, the reasons first.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from printserver.common.text import unaccented


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`situacao`: two or three words, from a closed list. `o_que_fazer`: the remedy, a sentence.

    `stops`: nothing prints until a person does it.
    """

    situacao: str
    o_que_fazer: str
    stops: bool = True


OUT_OF_PAPER: Final = Diagnosis(
    "sem papel", "Ponha papel na bandeja que a impressora indica: a impressão continua sozinha."
)
JAM: Final = Diagnosis(
    "atolamento",
    "Tire o papel preso e feche a impressora. Guarde as folhas tiradas: depois diga, folha por folha, o que saiu.",
)
COVER_OPEN: Final = Diagnosis("tampa aberta", "Feche as tampas e portas da impressora.")
TONER: Final = Diagnosis("toner", "Troque o toner ou o cartucho: ele acabou.")
OFFLINE: Final = Diagnosis(
    "fora de linha", "Veja se a impressora está ligada e na rede. Nada se perde: a fila espera por ela."
)
PAUSED: Final = Diagnosis(
    "pausada", "A fila foi parada no CUPS. Veja por quê e ligue-a de novo (cupsenable, ou Retomar na página do CUPS)."
)
NOT_ACCEPTING: Final = Diagnosis(
    "não aceita trabalhos", "A fila recusa trabalhos no CUPS: faça-a aceitar de novo (cupsaccept), ou use a reserva."
)
HELD: Final = Diagnosis(
    "retida", "Alguém reteve a impressão na fila do CUPS: libere-a lá, ou cancele o trabalho aqui e reenvie."
)
LOGIN: Final = Diagnosis(
    "pede senha", "A impressora ou o servidor pede usuário e senha: confira-os com quem cuida do servidor."
)
OTHER_CERTIFICATE: Final = Diagnosis(
    "outro certificado",
    "O servidor CUPS mostra outro certificado que não o guardado: confira-o com quem cuida dele. Nada lhe é enviado.",
)
TRAY_MISSING: Final = Diagnosis("falta a bandeja", "Ponha a bandeja na impressora.")
WRONG_PAPER: Final = Diagnosis(
    "pede outro papel", "A bandeja não tem o papel deste documento: ponha o papel certo, do tamanho certo."
)
OUTPUT_FULL: Final = Diagnosis("saída cheia", "Tire as folhas da saída da impressora.")
PASTA: Final = Diagnosis(
    "fora de linha", "A pasta não pode ser escrita: veja se existe, se está montada e se há espaço."
)
DISK: Final = Diagnosis(
    "falha no servidor", "O disco ou o banco deste servidor falhou, e o histórico diz como: tudo segue quando puder."
)
PAPER_LOW: Final = Diagnosis("pouco papel", "Ponha papel assim que puder.", stops=False)
TONER_LOW: Final = Diagnosis("pouco toner", "Tenha o toner de reposição à mão.", stops=False)
BUSY: Final = Diagnosis("ocupada", "A impressora atende outro computador: espere.", stops=False)
READY: Final = Diagnosis("pronta", "", stops=False)
PRINTING: Final = Diagnosis("imprimindo", "", stops=False)
UNKNOWN: Final = Diagnosis("precisa de atenção", "Veja o que diz o visor da impressora.")

# IPP's keywords (RFC 8011, PWG 5100.9) without -error, -warning, -report, worst first: the first match counts.
_REASONS: Final = {
    "media-jam": JAM,
    "cover-open": COVER_OPEN,
    "door-open": COVER_OPEN,
    "interlock-open": COVER_OPEN,
    "input-tray-missing": TRAY_MISSING,
    "media-empty": OUT_OF_PAPER,
    "media-needed": WRONG_PAPER,
    "output-area-full": OUTPUT_FULL,
    "output-tray-missing": OUTPUT_FULL,
    "toner-empty": TONER,
    "marker-supply-empty": TONER,
    "marker-supply-missing": TONER,
    "marker-waste-full": TONER,
    "opc-life-over": TONER,
    "offline": OFFLINE,
    "shutdown": OFFLINE,
    "timed-out": OFFLINE,
    "certificado-mudou": OTHER_CERTIFICATE,
    "fila-fora": OFFLINE,
    "pasta-inacessivel": PASTA,
    "cups-held-for-authentication": LOGIN,
    "job-held-for-authentication": LOGIN,
    "account-authorization-failed": LOGIN,
    "paused": PAUSED,
    "moving-to-paused": PAUSED,
    "printer-stopped": PAUSED,
    "stopping": PAUSED,
    "not-accepting-jobs": NOT_ACCEPTING,
    "job-hold-until-specified": HELD,
    "other": UNKNOWN,
}
_WARNINGS: Final = {
    "media-low": PAPER_LOW,
    "toner-low": TONER_LOW,
    "marker-supply-low": TONER_LOW,
    "marker-waste-almost-full": TONER_LOW,
    "opc-near-eol": TONER_LOW,
}

# Messages of printers and CUPS's backends, in English and Portuguese, matched without accents and case.
_MESSAGES: Final = (
    (r"\bjam\b|jammed|atola|atascad|papel preso|paper stuck", JAM),
    (r"(cover|door|lid|tampa|porta)\b.*\b(open|abert)|\b(open|abert)\w*.*\b(cover|door|tampa|porta)", COVER_OPEN),
    (r"(toner|ink|tinta|cartucho|cartridge)\b.*(low|pouc[oa]|baix)", TONER_LOW),
    (r"(paper|media|papel)\b.*(low|pouco|baixo|acabando)|pouco papel", PAPER_LOW),
    (
        r"(toner|ink|cartridge|cartucho|tinta)\b.*(empty|out|replace|vazi|acab|fim|troque|substitu)|out of (toner|ink)|"
        r"(replace|troque|sem) (o )?(toner|ink|tinta|cartucho)",
        TONER,
    ),
    (
        r"out of (paper|media)|no paper|(paper|media|tray|papel|bandeja)\b.*(empty|out\b|vazi|acab)|sem papel|"
        r"(load|add|ponha|falta|coloque) (paper|papel)",
        OUT_OF_PAPER,
    ),
    (r"output (bin|tray|area).*full|saida cheia", OUTPUT_FULL),
    (r"authenticat|password|unauthorized|senha|credenciais", LOGIN),
    (r"in use|is busy|em uso|ocupada", BUSY),
    (
        r"may not exist|unavailable|not responding|unable to (connect|contact|locate|find)|not connected|off-?line|"
        r"unreachable|no route|lost connection|connection (refused|timed)|printer (is )?(off|down)|waiting for printer|"
        r"nao (existir|existe|responde|esta respondendo|disponivel|esta disponivel|conectad)|fora de linha|desligada|"
        r"impossivel (conectar|localizar)|inacessivel|nao (foi )?possivel (conectar|localizar|contat)",
        OFFLINE,
    ),
    (r"\bpaused\b|em pausa|pausad", PAUSED),
)
_COMPILED: Final = tuple((re.compile(pattern), diagnosis) for pattern, diagnosis in _MESSAGES)


def diagnose_queue(state: str, motivos: Iterable[str], mensagem: str | None = None) -> Diagnosis:
    """Return the diagnosis of a queue: `state` is IPP's (`idle`, `processing`, `stopped`), `motivos` its state reasons.

    A stopped queue is at least *pausada*; one without a problem is *imprimindo* or *pronta*.
    """
    found = _from_reasons(motivos) or _message(mensagem)
    if found is not None and found.stops:
        return found
    if state == "stopped":
        return PAUSED
    return found or (PRINTING if state == "processing" else READY)


def diagnose_job(state: str | None, motivos: Iterable[str], mensagem: str | None = None) -> Diagnosis | None:
    """Return what prevents a job from printing; None if it has ended or nothing is known.

    `state` is IPP's job state, `motivos` the reasons of job and printer together, `mensagem` the printer's last
    message. Reasons of an ended job are ignored: they are mostly `processing-to-stop-point`, for any cause.
    """
    if state in (None, "canceled", "aborted", "completed"):
        return None
    found = _from_reasons(motivos) or _message(mensagem)
    if found is not None:
        return found
    if state == "pending-held":
        return HELD
    return PAUSED if state == "processing-stopped" else None


def _from_reasons(motivos: Iterable[str]) -> Diagnosis | None:
    bare = {re.sub(r"-(error|warning|report)$", "", each) for each in motivos}
    for known in (_REASONS, _WARNINGS):
        for word, status in known.items():
            if word in bare:
                return status
    return None


def _message(mensagem: str | None) -> Diagnosis | None:
    if not mensagem:
        return None
    plain = unaccented(mensagem)
    return next((status for pattern, status in _COMPILED if pattern.search(plain)), None)
