"""*Ajustes*: the list of what can be set, each with a sentence of what it is for."""

from collections.abc import Callable, Mapping
from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from printserver.office import table_changes
from printserver.web import words
from printserver.web.context import office

# Endpoint, name and purpose; a person sees those that they may open.
SHEETS: Final[tuple[tuple[str, str, str], ...]] = (
    ("pessoas", "Pessoas", "Quem trabalha aqui, com que papel; senha esquecida; quem saiu."),
    ("chaves", "Chaves", "As chaves dos programas que imprimem: o que podem, o último uso, revogar."),
    ("auditoria", "Auditoria", "Tudo o que foi feito, por quem e de onde; exceções; conferência do registro."),
    ("incidentes", "Incidentes", "O que falhou, a quem comunicar e até quando; fechar com nome e causa."),
    ("conformidade", "Conformidade", "O que as normas pedem e o que se mede aqui, em PDF, com as evidências."),
    # -- services and atos
    ("servicos", "Serviços e valores", "O que cada serviço custa, parcela por parcela, e desde quando."),
    ("atos", "Tabela de atos", "Os códigos do tribunal, e o que ainda falta conferir."),
    # -- filas, certificado, tribunal, avisos, configuração
    ("ajuste_filas", "Filas", "Impressoras e pastas: página de teste, deslocamento, reserva, papel numerado."),
    ("certificado", "Certificado", "De quem é e até quando vale; pôr outro em uso, sem parar nada."),
    ("ajuste_tribunal", "Tribunal", "Endereço do serviço de selos e quando se comunica; testado antes de valer."),
    ("ajuste_avisos", "Avisos por e-mail", "Servidor de e-mail e quem recebe que aviso; com mensagem de teste."),
    ("copias", "Cópias", "Onde estão as cópias e de quando são; a chave no papel; ensaios de restauração, com ata."),
    ("configuracao", "Configuração", "Todas as opções do arquivo da serventia, com o valor de agora."),
    ("formatos", "Formatos", "Papel, margens, lugar do selo e texto de cada documento, ao lado da página impressa."),
    ("modelos", "Modelos", "Os modelos em RTF do programa antigo: estado, página, variáveis, versões, prova."),
    ("correicao", "Correição", "Um PDF de tudo o que está registrado de um selo ou de um ato, para o juiz conferir."),
)


def _of_services() -> str | None:
    empty, unconfirmed = table_changes.unready(office())
    if office().demonstracao or not (empty or unconfirmed):
        return None
    parts = [f"{empty} sem parcelas" if empty else "", f"{unconfirmed} a confirmar" if unconfirmed else ""]
    return f"{' e '.join(filter(None, parts))}: não selam"


def _of_atos() -> str | None:
    count = table_changes.unconfirmed_atos(office())
    return (
        words.plural(count, "código a confirmar", "códigos a confirmar")
        if count and not office().demonstracao
        else None
    )


# What a sheet of the list asks for, in a few words, by its endpoint.
NOTICES: Final[Mapping[str, Callable[[], str | None]]] = {"servicos": _of_services, "atos": _of_atos}


def settings() -> ResponseReturnValue:
    """Show the list, and what of the office's files is not in force."""
    notices = {name: said() for name, said in NOTICES.items()}
    return render_template("screens/ajustes.html", folhas=SHEETS, avisos=notices, defeitos=office().state.faults)
