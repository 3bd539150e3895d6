"""The rows of the report: what a norm asks, what was measured here, and by which evidence.

A row that the program cannot measure is the office's own: it is left open with room for its proof, and never ticked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from printserver.common.data import JsonObject
from printserver.conformity import connections
from printserver.conformity.limits import Limits

MET, PART, UNMET, OWN, UNKNOWN = "atende", "em-parte", "nao-atende", "da-serventia", "nao-se-sabe"
STATES: Final[Mapping[str, str]] = {
    MET: "Atende",
    PART: "Em parte",
    UNMET: "Não atende",
    OWN: "Em aberto: da serventia",
    UNKNOWN: "Não se sabe",
}
"""The states of a row, and their names for people."""
Facts = Mapping[str, JsonObject]
Judged = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """What a norm asks. `judge` returns the state and what was measured; None: it is the office's own matter."""

    norma: str
    asks: str
    evidence: tuple[str, ...] = ()
    judge: Callable[[Facts, Limits], Judged] | None = None


def _n(n: int, single: str, many: str) -> str:
    return f"{n} {single if n == 1 else many}"


def _day(text: str) -> str:
    return f"{text[8:10]}/{text[5:7]}/{text[:4]}"


def _moment(text: str) -> str:
    return f"{_day(text)} às {text[11:16]}"


def _in_time(facts: Facts, limits: Limits) -> bool:
    """Return whether the newest rehearsal is within the months that are asked for, to the day."""
    when, today = str(facts["copias"]["ensaio"]["quando"]), str(facts["versoes"]["hoje"])
    years, month = divmod(int(when[5:7]) - 1 + limits.rehearsal_months, 12)
    return f"{int(when[:4]) + years:04}-{month + 1:02}-{when[8:10]}" >= today


def _versions(facts: Facts, _limits: Limits) -> Judged:
    parts = facts["versoes"]["componentes"]
    today = facts["versoes"]["hoje"]
    over = [each["nome"] for each in parts if each["ate"] and each["ate"] < today]
    text = "; ".join(f"{each['nome']} {each['versao']}" for each in parts)
    unlicensed = sum(not each["licenses"] for each in facts["componentes"]["components"])
    text += f". {len(facts['componentes']['components'])} bibliotecas, {unlicensed} sem licença declarada"
    if over:
        return UNMET, f"{text}. Fora do suporte: {', '.join(over)}"
    return (MET if not unlicensed else PART), f"{text}. Nada fora do suporte que se conheça"


def _logins(facts: Facts, _limits: Limits) -> Judged:
    active = [each for each in facts["pessoas"]["pessoas"] if each["ativa"]]
    generic = [each["usuario"] for each in active if each["nome_generico"]]
    text = f"{_n(len(active), 'pessoa ativa', 'pessoas ativas')}, cada uma com a sua entrada"
    return (UNMET, f"{text}; genéricas: {', '.join(generic)}") if generic else (MET, f"{text}; nenhuma genérica")


def _second_factor(facts: Facts, _limits: Limits) -> Judged:
    wanted = set(facts["pessoas"]["papeis_com_segundo_fator"]) | {"tabeliao", "substituto", "administrador"}
    chosen = [each for each in facts["pessoas"]["pessoas"] if each["ativa"] and each["papel"] in wanted]
    lacking = [each["usuario"] for each in chosen if not each["segundo_fator"]]
    text = f"{len(chosen) - len(lacking)} de {len(chosen)} com acesso administrativo têm segundo fator"
    return (UNMET, f"{text}; faltam: {', '.join(lacking)}") if lacking else (MET, text)


def _keys(facts: Facts, _limits: Limits) -> Judged:
    found = facts["chaves"]["chaves"]
    valid = [each for each in found if not each["revogada_em"]]
    unused = [each["nome"] for each in valid if not each["usada_em"]]
    text = f"{_n(len(valid), 'chave', 'chaves')} em vigor, {len(found) - len(valid)} revogadas"
    text += "; cada ato leva o nome da pessoa"
    return (PART, f"{text}; nunca usadas: {', '.join(unused)}") if unused else (MET, text)


def _inventory(facts: Facts, _limits: Limits) -> Judged:
    n = len(facts["versoes"]["componentes"]) + len(facts["componentes"]["components"])
    return PART, f"Inventário deste servidor, de {n} componentes, nos anexos; o resto da serventia e o desenho, à parte"


def _formats(facts: Facts, _limits: Limits) -> Judged:
    seen, good = facts["formatos"]["pdfs_vistos"], facts["formatos"]["pdf_a"]
    text = f"{good} de {seen} PDFs mais novos declaram PDF/A-2; tabelas em CSV, interface em OpenAPI"
    return (UNKNOWN if not seen else MET if seen == good else PART), text


def _tls(facts: Facts, _limits: Limits) -> Judged:
    own, court = facts["ligacoes"]["porta"], facts["ligacoes"]["tribunal"]
    said = [_connection("Porta própria", own), _connection("Tribunal", court) if court else "Tribunal: desligado"]
    good = [each["versao"] in connections.ENOUGH for each in (own, court) if each]
    if all(good):
        return MET, ". ".join(said)
    if own["falha"] and own["falha"].startswith("não responde"):
        return UNKNOWN, ". ".join(said)
    return (PART if any(good) else UNMET), ". ".join(said)


def _connection(name: str, found: JsonObject) -> str:
    what = f"{found['versao']}, {found['cifra']}" if found["versao"] else found["falha"]
    return f"{name} ({found['onde']}): {what}"


def _cipher(facts: Facts, _limits: Limits) -> Judged:
    disk, places = facts["maquina"]["disco"], facts["copias"]["lugares"]
    copies = "cópias cifradas na origem (AES-256, restic)" if places else "sem cópias"
    if disk is None or disk["cifrado"] is None:
        return UNKNOWN, f"A máquina não diz se o disco é cifrado; {copies}"
    on = f"Disco {disk['aparelho']} {'com' if disk['cifrado'] else 'sem'} LUKS; {copies}"
    return (MET if disk["cifrado"] and places else PART if disk["cifrado"] or places else UNMET), on


def _key_register(facts: Facts, _limits: Limits) -> Judged:
    used = facts["certificados"]
    n = sum(each["fato"] == "primeiro uso" for each in used["registro"])
    return (
        MET,
        f"{_n(n, 'certificado', 'certificados')} até hoje; o em uso vale até {_day(used['em_uso']['valido_ate'])}",
    )


def _trail(facts: Facts, _limits: Limits) -> Judged:
    found = facts["trilha"]
    text = f"Cadeia conferida até o registro {found['conferida_ate']} em {_moment(found['em'])}"
    if found["falha"]:
        return UNMET, f"{text}: {found['falha']}"
    last = found["ultima_conferencia_inteira"]
    if last is not None and last["resultado"] != "confere":
        return UNMET, f"{text}; a conferência inteira de {_moment(last['quando'])} NÃO conferiu"
    if not found["inteira"]:
        return (
            PART,
            f"{text}; o resto pela conferência inteira ({_moment(last['quando']) if last else 'nenhuma ainda'})",
        )
    return (
        MET,
        f"{text}, até o fim; {len(found['tipos'])} espécies de fatos; {found['cabecas_guardadas']} cabeças guardadas",
    )


def _kept(facts: Facts, _limits: Limits) -> Judged:
    clock, oldest = facts["maquina"]["relogio"], facts["trilha"]["registro_mais_antigo"]
    text = f"Nada se apaga: o registro mais antigo é de {_day(oldest) if oldest else '—'}"
    if clock is None:
        return UNKNOWN, f"{text}. A máquina não diz a fonte da hora"
    offset = f", desvio {clock['desvio_s']} s" if clock["desvio_s"] is not None else ""
    return (MET if clock["certo"] else UNMET), f"{text}. Hora: {clock['fonte']}{offset}"


def _trail_report(facts: Facts, limits: Limits) -> Judged:
    rehearsed = facts["copias"]["ensaio"]
    good = rehearsed is not None and rehearsed["certo"]
    text = "Imutável (cadeia e gatilhos), com pessoa, hora e guarda; "
    text += (
        f"restaurado com a cópia no ensaio de {_day(rehearsed['quando'])}" if good else "restauração ainda não ensaiada"
    )
    if good and not _in_time(facts, limits):
        good, text = False, f"{text}; pedido a cada {limits.rehearsal_months} meses"
    return (MET if good and _trail(facts, limits)[0] == MET else PART), text


def _incidents(facts: Facts, _limits: Limits) -> Judged:
    found = facts["incidentes"]["incidentes"]
    waiting = sum(each["fechado_em"] is None for each in found)
    text = f"{_n(len(found), 'incidente', 'incidentes')} no registro, {waiting} sem causa ainda"
    return (PART if waiting else MET), text


def _way_out(facts: Facts, _limits: Limits) -> Judged:
    """A whole export is on record; that it was imported elsewhere and counted is the office's to show."""
    found = facts["saida"]["exportacao"]
    if found is None:
        return UNMET, "Nunca exportada: use printserver serventia exportar, e ensaie a importação em outro lugar"
    text = f"Exportada inteira em {_moment(found['quando'])} (JSON Lines, PDF, CSV), com contagens e SHA-256"
    return PART, f"{text}; o ensaio da importação em outro lugar é da serventia"


def _copies(facts: Facts, limits: Limits) -> Judged:
    places = facts["copias"]["lugares"]
    if not places:
        return UNMET, "Nenhum lugar de cópia está configurado"
    said = [
        f"{each['lugar']}: {'nenhuma' if each['ultima'] is None else _moment(each['ultima'])}"
        + (f", {each['bytes'] // 1_000_000} MB" if each["bytes"] else "")
        for each in places
    ]
    ages = [each["idade_s"] for each in places]
    fresh = all(age is not None and age <= limits.copy_h * 3600 for age in ages)
    two = len(places) > 1 and any(each["fora_da_maquina"] for each in places)
    text = f"{'; '.join(said)}. Pedida ao menos a cada {limits.copy_h} h"
    text += (
        "" if facts["copias"]["podada_por_este_servidor"] is False else "; a trava contra apagar confere-se no lugar"
    )
    if not fresh or any(each["falha"] for each in places):
        return UNMET, text
    return (PART if not two or facts["copias"]["podada_por_este_servidor"] else MET), text


def _rehearsal(facts: Facts, limits: Limits) -> Judged:
    last = facts["copias"]["ensaio"]
    if last is None:
        return UNMET, f"Nenhum ensaio até hoje; pedido a cada {limits.rehearsal_months} meses, com ata"
    outcome = "restaurado e conferido" if last["certo"] else "falhou"
    text = f"Último em {_day(last['quando'])}: {outcome}; ata {last['ata'] or 'não há'}"
    if not _in_time(facts, limits):
        return UNMET, f"{text}; pedido a cada {limits.rehearsal_months} meses"
    return (MET if last["certo"] and last["ata"] else UNMET), text


def _alerts(facts: Facts, _limits: Limits) -> Judged:
    if not facts["copias"]["lugares"]:
        return UNMET, "Nenhum lugar de cópia está configurado"
    n = sum(each["tipo"].startswith(("copia", "espelho")) for each in facts["incidentes"]["incidentes"])
    running, mail = facts["copias"]["motor_no_ar"], facts["copias"]["avisos_por_email"]
    text = f"Motor {'no ar' if running else 'PARADO'}; falha abre incidente ({n} até hoje)"
    text += " e vai por e-mail" if mail else "; sem servidor de e-mail, o aviso fica na tela"
    return (MET if running and mail else PART if running else UNMET), text


QUESTIONS: Final[Sequence[Question]] = (
    Question(
        "P213 art. 4 §2–3; IV 1.8, 3.6, 4.2",
        "Licenças regulares; nada fora do suporte",
        ("versoes", "componentes"),
        _versions,
    ),
    Question("P213 art. 5; IV 1.3", "Entrada própria de cada pessoa; nada genérico", ("pessoas",), _logins),
    Question("P213 art. 5 §2", "Segundo fator em todo acesso administrativo", ("pessoas",), _second_factor),
    Question("P213 art. 5 §3", "Contas técnicas com o mínimo de direitos, auditadas", ("chaves",), _keys),
    Question(
        "P213 art. 6 III; IV 1.7, 2.8", "Inventário e desenho simples da arquitetura", ("versoes", "copias"), _inventory
    ),
    Question("P213 art. 7; IV 1.4; Prov. 149 arts. 84–85", "Registro das operações de tratamento de dados pessoais"),
    Question("P213 art. 8 III; IV 5.2", "Formatos abertos", ("formatos",), _formats),
    Question("P213 art. 9 §1 I", "TLS 1.2 ou mais novo", ("ligacoes",), _tls),
    Question("P213 art. 9 §1 II–III; IV 3.2.1.1", "AES-256 no disco e nas cópias", ("maquina", "copias"), _cipher),
    Question(
        "P213 art. 9 §3",
        "Chaves: inventário, nascimento, renovação, revogação",
        ("certificados", "chaves"),
        _key_register,
    ),
    Question("P213 art. 10 §1, §3–5; IV 3.8", "Trilha que não se altera, com conferência", ("trilha",), _trail),
    Question("P213 art. 10 §6; 12 §11; IV 5.5", "Trilhas por 5 anos; hora confiável", ("trilha", "maquina"), _kept),
    Question(
        "P213 IV 4.1",
        "Relatório da trilha: imutável, pessoa, hora, guarda, restaurável",
        ("trilha", "copias"),
        _trail_report,
    ),
    Question(
        "P213 art. 11 §1–2; IV 1.5–1.6, 4.8",
        "Incidente crítico em 72 h à Corregedoria; causa de cada um",
        ("incidentes",),
        _incidents,
    ),
    Question("P213 art. 11 §3–4; IV 4.3", "Falha crítica corrigida em 30 dias; a explorada, em 72 h", ("versoes",)),
    Question(
        "P213 art. 12 §2–6; IV 3.2",
        "Cópias automáticas, dois lugares, um protegido de apagamento",
        ("copias",),
        _copies,
    ),
    Question("P213 art. 12 §7; IV 3.7", "Tolerância a falhas, conforme a classe", ("copias",)),
    Question("P213 art. 12 §9; Anexo V", "Ensaio de restauração com ata", ("copias",), _rehearsal),
    Question(
        "P213 art. 12 §10; IV 3.3", "Cópias vigiadas; falha avisa e abre registro", ("incidentes", "copias"), _alerts
    ),
    Question("P213 art. 15; IV 5.6", "Saída: extração inteira em forma aberta, ensaiada", ("saida",), _way_out),
    Question("P213 art. 13 §6; IV 1.8", "Contratos com fornecedores, com as sete cláusulas"),
    Question("P213 art. 19; IV 5.1", "Troca aberta com a correição, por canal seguro e registrada"),
    Question("P213 art. 3; IV 2.5", "Plano de continuidade e recuperação, com medidas para 30 e 90 dias"),
    Question("P213 IV 2.1–2.3", "Energia, aterramento e ligações à internet"),
    Question("P213 IV 2.4, 2.7, 3.4–3.5", "Antivírus nas estações, firewall, rede"),
    Question("P213 IV 4.4, 4.6–4.7", "Treino anual de desastre; teste de invasão (classe 3)"),
    Question("Prov. 149 arts. 86–106 (LGPD)", "Encarregado, relatório de impacto, atendimento a titulares, eliminação"),
    Question("NSCGJ XIII.82 g, l; XVI.19.1", "Cópia em nuvem com contrato; juiz corregedor avisado do sistema"),
)
"""The questions, in the order of the report. Their numbers are to be compared with the text in force."""
