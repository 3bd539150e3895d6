"""What ails a queue or a job at it, in words a person understands, and what to do: plain data and one look-up.

Of IPP's reasons and the printer's own message either may be the only sign (CUPS leaves the reasons of a printer that is
down at `none`), so both are read, the reasons first. Where the sign names nothing known, the printer's words stay.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Situacao:
    """`situacao`: two or three words, of a closed list but for what only the printer knows. `o_que_fazer`: a sentence.

    `para`: nothing comes out until a person does it.
    """

    situacao: str
    o_que_fazer: str
    para: bool = True


SEM_PAPEL: Final = Situacao(
    "sem papel", "Ponha papel na bandeja que a impressora indica: a impressão continua sozinha."
)
ATOLAMENTO: Final = Situacao(
    "atolamento",
    "Tire o papel preso e feche a impressora. Guarde as folhas tiradas: depois diga, folha por folha, o que saiu.",
)
TAMPA_ABERTA: Final = Situacao("tampa aberta", "Feche as tampas e portas da impressora.")
TONER: Final = Situacao("toner", "Troque o toner ou o cartucho: ele acabou.")
FORA_DE_LINHA: Final = Situacao(
    "fora de linha", "Veja se a impressora está ligada e na rede. Nada se perde: a fila espera por ela."
)
PAUSADA: Final = Situacao(
    "pausada", "A fila foi parada no CUPS. Veja por quê e ligue-a de novo (cupsenable, ou Retomar na página do CUPS)."
)
RECUSA: Final = Situacao(
    "não aceita trabalhos", "A fila recusa trabalhos no CUPS: faça-a aceitar de novo (cupsaccept), ou use a reserva."
)
RETIDA: Final = Situacao(
    "retida", "Alguém reteve a impressão na fila do CUPS: libere-a lá, ou cancele o trabalho aqui e reenvie."
)
LOGIN: Final = Situacao(
    "pede senha", "A impressora ou o servidor pede usuário e senha: confira-os com quem cuida do servidor."
)
CERTIFICADO: Final = Situacao(
    "outro certificado",
    "O servidor CUPS mostra outro certificado que não o guardado: confira-o com quem cuida dele. Nada lhe é enviado.",
)
BANDEJA: Final = Situacao("falta a bandeja", "Ponha a bandeja na impressora.")
PAPEL_ERRADO: Final = Situacao(
    "pede outro papel", "A bandeja não tem o papel deste documento: ponha o papel certo, do tamanho certo."
)
SAIDA_CHEIA: Final = Situacao("saída cheia", "Tire as folhas da saída da impressora.")
PASTA: Final = Situacao(
    "fora de linha", "A pasta não pode ser escrita: veja se existe, se está montada e se há espaço."
)
DISCO: Final = Situacao(
    "falha no servidor", "O disco ou o banco deste servidor falhou, e o histórico diz como: tudo segue quando puder."
)
PAPEL_BAIXO: Final = Situacao("pouco papel", "Ponha papel assim que puder.", para=False)
TONER_BAIXO: Final = Situacao("pouco toner", "Tenha o toner de reposição à mão.", para=False)
OCUPADA: Final = Situacao("ocupada", "A impressora atende outro computador: espere.", para=False)
PRONTA: Final = Situacao("pronta", "", para=False)
IMPRIMINDO: Final = Situacao("imprimindo", "", para=False)
DESCONHECIDA: Final = Situacao("precisa de atenção", "Veja o que diz o visor da impressora.")

# IPP's keywords (RFC 8011, PWG 5100.9) without -error, -warning, -report, worst first: the first that is there speaks.
_MOTIVOS: Final = {
    "media-jam": ATOLAMENTO,
    "cover-open": TAMPA_ABERTA,
    "door-open": TAMPA_ABERTA,
    "interlock-open": TAMPA_ABERTA,
    "input-tray-missing": BANDEJA,
    "media-empty": SEM_PAPEL,
    "media-needed": PAPEL_ERRADO,
    "output-area-full": SAIDA_CHEIA,
    "output-tray-missing": SAIDA_CHEIA,
    "toner-empty": TONER,
    "marker-supply-empty": TONER,
    "marker-supply-missing": TONER,
    "marker-waste-full": TONER,
    "opc-life-over": TONER,
    "offline": FORA_DE_LINHA,
    "shutdown": FORA_DE_LINHA,
    "timed-out": FORA_DE_LINHA,
    "certificado-mudou": CERTIFICADO,
    "fila-fora": FORA_DE_LINHA,
    "pasta-inacessivel": PASTA,
    "cups-held-for-authentication": LOGIN,
    "job-held-for-authentication": LOGIN,
    "account-authorization-failed": LOGIN,
    "paused": PAUSADA,
    "moving-to-paused": PAUSADA,
    "printer-stopped": PAUSADA,
    "stopping": PAUSADA,
    "not-accepting-jobs": RECUSA,
    "job-hold-until-specified": RETIDA,
    "other": DESCONHECIDA,
}
_AVISOS: Final = {
    "media-low": PAPEL_BAIXO,
    "toner-low": TONER_BAIXO,
    "marker-supply-low": TONER_BAIXO,
    "marker-waste-almost-full": TONER_BAIXO,
    "opc-near-eol": TONER_BAIXO,
}

# What printers and CUPS's backends write, in English and in Portuguese, read without accents and case.
_MENSAGENS: Final = (
    (r"\bjam\b|jammed|atola|atascad|papel preso|paper stuck", ATOLAMENTO),
    (r"(cover|door|lid|tampa|porta)\b.*\b(open|abert)|\b(open|abert)\w*.*\b(cover|door|tampa|porta)", TAMPA_ABERTA),
    (r"(toner|ink|tinta|cartucho|cartridge)\b.*(low|pouc[oa]|baix)", TONER_BAIXO),
    (r"(paper|media|papel)\b.*(low|pouco|baixo|acabando)|pouco papel", PAPEL_BAIXO),
    (
        r"(toner|ink|cartridge|cartucho|tinta)\b.*(empty|out|replace|vazi|acab|fim|troque|substitu)|out of (toner|ink)|"
        r"(replace|troque|sem) (o )?(toner|ink|tinta|cartucho)",
        TONER,
    ),
    (
        r"out of (paper|media)|no paper|(paper|media|tray|papel|bandeja)\b.*(empty|out\b|vazi|acab)|sem papel|"
        r"(load|add|ponha|falta|coloque) (paper|papel)",
        SEM_PAPEL,
    ),
    (r"output (bin|tray|area).*full|saida cheia", SAIDA_CHEIA),
    (r"authenticat|password|unauthorized|senha|credenciais", LOGIN),
    (r"in use|is busy|em uso|ocupada", OCUPADA),
    (
        r"may not exist|unavailable|not responding|unable to (connect|contact|locate|find)|not connected|off-?line|"
        r"unreachable|no route|lost connection|connection (refused|timed)|printer (is )?(off|down)|waiting for printer|"
        r"nao (existir|existe|responde|esta respondendo|disponivel|esta disponivel|conectad)|fora de linha|desligada|"
        r"impossivel (conectar|localizar)|inacessivel|nao (foi )?possivel (conectar|localizar|contat)",
        FORA_DE_LINHA,
    ),
    (r"\bpaused\b|em pausa|pausad", PAUSADA),
)
_COMPILADAS: Final = tuple((re.compile(padrao), situacao) for padrao, situacao in _MENSAGENS)


def da_fila(estado: str, motivos: Iterable[str], mensagem: str | None = None) -> Situacao:
    """Return what ails a queue: `estado` is IPP's (`idle`, `processing`, `stopped`), `motivos` its state reasons.

    A stopped queue is at least *pausada*; one that works and complains of nothing is *imprimindo* or *pronta*.
    """
    found = _motivo(motivos) or _mensagem(mensagem)
    if found is not None and found.para:
        return found
    if estado == "stopped":
        return PAUSADA
    return found or (IMPRIMINDO if estado == "processing" else PRONTA)


def do_trabalho(estado: str | None, motivos: Iterable[str], mensagem: str | None = None) -> Situacao | None:
    """Return what keeps a job from coming out; None where it has ended or nothing is known to.

    `estado` is IPP's job state, `motivos` the job's reasons and the printer's (both at once), `mensagem` the printer's
    last message. Of an ended job the reasons mean nothing: mostly `processing-to-stop-point`, whatever the cause.
    """
    if estado in (None, "canceled", "aborted", "completed"):
        return None
    found = _motivo(motivos) or _mensagem(mensagem)
    if found is not None:
        return found
    if estado == "pending-held":
        return RETIDA
    return PAUSADA if estado == "processing-stopped" else None


def _motivo(motivos: Iterable[str]) -> Situacao | None:
    bare = {re.sub(r"-(error|warning|report)$", "", each) for each in motivos}
    for known in (_MOTIVOS, _AVISOS):
        for word, situacao in known.items():
            if word in bare:
                return situacao
    return None


def _mensagem(mensagem: str | None) -> Situacao | None:
    if not mensagem:
        return None
    parts = unicodedata.normalize("NFD", mensagem.casefold())
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return next((situacao for pattern, situacao in _COMPILADAS if pattern.search(plain)), None)
