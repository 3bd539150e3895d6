"""How the parts of the server are, for a person: what is wrong, and what to do (`printserver saude`)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from printserver import copies, incidents, jobs
from printserver.clock import local
from printserver.common import faults
from printserver.conformity import machine
from printserver.court import standing
from printserver.documents import KINDS
from printserver.errors import ConfigError, Recusa
from printserver.office import Office, engine_mark, people, ready

GOOD, WARN, BAD, UNKNOWN = "bem", "atencao", "problema", "nao-se-sabe"
_LITTLE_MB: Final = 2048
_CLOCK_S: Final = 1.0  # of offset


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its name, its state (`GOOD`, `WARN`, `BAD`, `UNKNOWN`), what is so, and what to do (empty: nothing)."""

    nome: str
    estado: str
    texto: str
    o_que_fazer: str = ""


def health(folder: Path) -> Sequence[Part]:
    """Return how each part of the office in `folder` is. An office that cannot be opened has one part that says why."""
    try:
        office = Office.open_folder(folder)
    except ConfigError as error:
        return [Part("serventia", BAD, str(error), "Corrija o que está escrito acima e peça de novo.")]
    except (Recusa, Exception) as error:
        text = error.detail if isinstance(error, Recusa) else faults.passing(error)
        if text is None:
            raise
        return [Part("banco", BAD, text, "Veja se o banco de dados está no ar e se o disco tem lugar.")]
    try:
        return of_office(office)
    finally:
        office.close()


def of_office(office: Office) -> Sequence[Part]:
    """Return how each part of an open office is; a part that cannot be looked at does not hide the others."""
    found: list[Part] = []
    for name, look in _LOOKS.items():
        try:
            found += look(office)
        except Exception as error:
            text = error.detail if isinstance(error, Recusa) else faults.passing(error) or str(error)
            found.append(Part(name, BAD, f"não pôde ser visto: {text}"))
    return found


def worst(parts: Sequence[Part]) -> str:
    """Return the worst state of the parts."""
    return next((state for state in (BAD, WARN, UNKNOWN) if any(each.estado == state for each in parts)), GOOD)


_READY: Final = {
    "banco": "responde",
    "escrita": "livre",
    "disco": "",
    "spool": "pode ser escrito",
    "render": "pode ser escrito",
    "relogio": "não está atrás do último registro",
    "restauracao": "não há cópia por conferir",
    "espelho": "não segura o trabalho",
}


def _of_readiness(office: Office) -> Iterator[Part]:
    for name, reason in ready.conditions(office).items():
        good = _READY.get(name, "em ordem")
        if name == "banco":
            good = f"{good} ({office.db.versao})"
        if name == "disco" and reason is None:
            yield _disk(machine.free_mb(office.instance))
            continue
        yield Part(name, GOOD, good) if reason is None else Part(name, BAD, reason)


def _disk(free: int) -> Part:
    text = f"{free // 1024} GB livres" if free >= 1024 else f"{free} MB livres"
    if free >= _LITTLE_MB:
        return Part("disco", GOOD, text)
    return Part("disco", WARN, text, "Libere espaço antes que falte: sem lugar, nada é selado.")


def _of_clock(office: Office) -> Iterator[Part]:  # noqa: ARG001
    found = machine.clock_source()
    if found is None:
        yield Part(
            "hora", UNKNOWN, "esta máquina não diz se a hora é acertada", "Instale o chrony: apt install chrony."
        )
    elif not found.certo or abs(found.offset_s or 0) > _CLOCK_S:
        yield Part("hora", WARN, "o relógio não é acertado por NTP", "Ligue a máquina à rede ou acerte o NTP (chrony).")
    else:
        by = f", desvio de {found.offset_s * 1000:.1f} ms".replace(".", ",") if found.offset_s is not None else ""
        yield Part("hora", GOOD, f"acertada por {found.fonte}{by}")


def _of_engine(office: Office) -> Iterator[Part]:
    silent = engine_mark.silent_s(office.instance)
    if silent is None:
        do = "Ponha o servidor no ar: sem ele nada é impresso nem comunicado ao tribunal."
        yield Part("motor", BAD, "nenhum motor está no ar", do)
    elif silent >= engine_mark.SILENT_S:
        text = f"está ligado, mas não responde há {_hours(timedelta(seconds=silent))}"
        yield Part("motor", BAD, text, "Reinicie o servidor: nada é impresso nem comunicado ao tribunal.")
    else:
        yield Part("motor", GOOD, "no ar")


def _of_court(office: Office) -> Iterator[Part]:
    now = standing.status(office)
    if not now["ligado"]:
        yield Part("tribunal", WARN, "desligado: nada é comunicado", "Diga o endereço em Ajustes, Tribunal.")
    elif now["atrasados"]:
        text = f"{now['atrasados']} selos com as 24 horas vencidas"
        yield Part("tribunal", BAD, text, "Veja na tela Tribunal por que esperam.")
    elif now["parado_ate"] or now["urgentes"]:
        why = now["ultima_falha"] or f"{now['urgentes']} selos com menos de 4 horas"
        yield Part("tribunal", WARN, why, "Confira a internet e a tela Tribunal; o envio tenta de novo sozinho.")
    elif now["recusados"]:
        yield Part("tribunal", WARN, f"{now['recusados']} recusados", "Corrija-os na tela Tribunal, Recusados.")
    else:
        yield Part("tribunal", GOOD, f"{now['pendentes']} à espera, nenhum com pressa")


def _of_certificate(office: Office) -> Iterator[Part]:
    certificate, now = office.certificado, office.clock()
    until = f"{local(certificate.valid_until):%d/%m/%Y}"
    renew = "Renove o A1 e envie-o em Ajustes, Certificado."
    if certificate.expired(now) or certificate.not_yet_valid(now):
        yield Part("certificado", BAD, f"não vale hoje (vale até {until})", renew)
    elif certificate.self_signed and not office.demonstracao:
        yield Part("certificado", BAD, "é de teste: os selos não têm valor", "Envie o A1 em Ajustes, Certificado.")
    elif certificate.valid_until - now <= standing.WARN_CERTIFICATE:
        yield Part("certificado", WARN, f"vence em {until}", renew)
    else:
        yield Part("certificado", GOOD, f"vale até {until}")


def _of_queues(office: Office) -> Iterator[Part]:
    found = jobs.all_queues(office)
    for queue in found:
        name = f"fila {queue['nome']}"
        if queue["espera_por"]:
            yield Part(name, WARN, str(queue["espera_por"]), "Informe-o na tela Papel.")
        elif queue["parada"]:
            yield Part(name, BAD, str(queue["situacao"]), str(queue["o_que_fazer"] or "Veja a impressora."))
        elif queue["alertas"]:
            yield Part(name, WARN, " ".join(queue["alertas"]), "Corrija em Ajustes, Filas.")
        else:
            yield Part(name, GOOD, str(queue["situacao"] or "em ordem"))
    if not found:
        yield Part("filas", BAD, "não há nenhuma", "Crie uma em Ajustes, Filas.")


def _of_names(office: Office) -> Iterator[Part]:
    """What a setting names must be there: the prints that need it are refused else."""
    settings = office.settings
    missing: dict[str, str] = {}
    with office.db.read() as conn:
        person = people.find_person(conn, office.serventia_id, settings.pessoas.subscritor)
    if person is None or person.papel not in people.SUBSCRITORES:
        missing["pessoas.subscritor"] = f"{settings.pessoas.subscritor}: não é quem possa subscrever uma cópia"
    if (name := settings.ficha.servico) and office.servicos.get(name, local(office.clock()).date()) is None:
        missing["ficha.servico"] = f"{name}: não há este serviço na tabela de hoje"
    queues = {queue["nome"] for queue in jobs.all_queues(office)}
    for word, kind in KINDS.items():
        if (name := settings.filas.of(word)) and name not in queues:
            missing[f"filas.{word}"] = f"{name}: não há esta fila"
        if (name := settings.formatos.of(word)) and not _fits(office, name, kind.format):
            missing[f"formatos.{word}"] = f"{name}: não há este formato, ou é de outro documento"
    for option, text in missing.items():
        do = "Corrija em Ajustes, Configuração: o que precisa dela é recusado."
        yield Part(option, BAD, text, do)


def _fits(office: Office, name: str, tipo: str) -> bool:
    try:
        return office.formatos.get(name).tipo == tipo
    except (ConfigError, Recusa):
        return False


def _of_copies(office: Office) -> Iterator[Part]:
    with office.db.read() as conn:
        found = copies.standing(conn, office, office.clock())
    if not found.lugares:
        state = WARN if office.demonstracao else BAD
        yield Part("cópias", state, "não há nenhuma", "Diga onde copiar em copias.lugares, e copie: printserver copia.")
        return
    now = office.clock()
    for place in found.lugares:
        age = place.age(now)
        text = "nenhuma" if age is None else f"a última há {_hours(age)}"
        if place.falha is not None:
            yield Part(f"cópia {place.lugar}", BAD, f"{text}; a última tentativa falhou: {place.falha.falha}")
        elif place.old or age is None:
            yield Part(f"cópia {place.lugar}", BAD, text, "Veja a mídia e copie agora: printserver copia.")
        else:
            yield Part(f"cópia {place.lugar}", GOOD, text)
    if not any(place.fora for place in found.lugares):
        yield Part("cópia fora", WARN, "nenhum lugar é fora desta máquina", "Acrescente um em copias.lugares.")
    yield _rehearsal(found)
    if found.chave.reminder:
        yield Part("chave das cópias", WARN, found.chave.reminder)
    if found.espelho is not None:
        broken = found.espelho.falha
        yield Part("espelho", BAD, broken) if broken else Part("espelho", GOOD, f"até o registro {found.espelho.n}")


def _rehearsal(found: copies.Standing) -> Part:
    if found.rehearsal_fault:
        return Part("ensaio", BAD, found.rehearsal_fault, "Corrija e ensaie de novo: printserver ensaio.")
    if found.ensaio is None:
        return Part("ensaio", WARN, "nenhum até hoje", "Ensaie a restauração: printserver ensaio.")
    return Part("ensaio", GOOD, f"o último, de {local(found.ensaio.quando):%d/%m/%Y}, deu certo")


def _of_incidents(office: Office) -> Iterator[Part]:
    with office.db.read() as conn:
        found = incidents.open_ones(conn, office.serventia_id)
    for each in found:
        if each.cessou_em is None:
            yield Part(f"incidente {each.id}", BAD, each.texto, incidents.REMEDIES[each.tipo])
        else:
            yield Part(f"incidente {each.id}", WARN, f"{each.nome}: cessou", "Feche-o, com a causa.")
    if not found:
        yield Part("incidentes", GOOD, "nenhum aberto")


def _of_files(office: Office) -> Iterator[Part]:
    for name, why in office.state.faults.items():
        yield Part(name, BAD, f"não pôde ser usado, e vale o que já valia. {why}")


def _hours(age: timedelta) -> str:
    minutes = int(age.total_seconds()) // 60
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} dias"


_LOOKS: Final[Mapping[str, Callable[[Office], Iterator[Part]]]] = {
    "servidor": _of_readiness,
    "hora": _of_clock,
    "motor": _of_engine,
    "tribunal": _of_court,
    "certificado": _of_certificate,
    "filas": _of_queues,
    "opções": _of_names,
    "cópias": _of_copies,
    "incidentes": _of_incidents,
    "arquivos": _of_files,
}
"""What is looked at, by the name that a part has if it cannot be."""
