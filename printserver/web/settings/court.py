"""*Ajustes › Tribunal*: where and when the seals are reported; tried before it is kept (T1)."""

from typing import Final

from flask import render_template
from flask.typing import ResponseReturnValue

from printserver import court
from printserver.clock import local_date
from printserver.errors import ConfigError, invalid_input
from printserver.office import Settings
from printserver.web.context import now, office
from printserver.web.forms import Form
from printserver.web.settings.settings_form import Option, seen, tried_form

LONGEST_TRIAL_S: Final = 10.0
OPTIONS: Final = (
    Option("tribunal.url", "Endereço do serviço", "Começa por https://. Em branco, os selos ficam à espera."),
    Option(
        "tribunal.modo",
        "Quando se comunica",
        escolhas={
            "continuo": "Sempre, assim que o selo existe",
            "horarios": "Só nos horários marcados",
            "manual": "Só quando alguém pede",
        },
    ),
    Option("tribunal.horarios", "Horários marcados", "Como 08:00 12:00 18:00, separados por espaço."),
    Option("tribunal.espera_s", "Espera por uma resposta, em segundos"),
    Option(
        "tribunal.autoridade",
        "Autoridade do certificado do tribunal",
        "Arquivo PEM na pasta da serventia. Em branco, as que o sistema conhece.",
    ),
)
ADVANCED: Final = (
    Option("tribunal.selos_por_segundo", "Selos por segundo, no máximo", "0: sem limite."),
    Option("tribunal.lote", "Selos por envio"),
    Option("tribunal.em_paralelo", "Envios ao mesmo tempo"),
    Option("tribunal.caminho_selos", "Caminho que recebe os selos"),
    Option("tribunal.caminho_vinculos", "Caminho que recebe os vínculos"),
    Option("tribunal.caminho_consulta", "Caminho da consulta de um selo"),
    Option("tribunal.caminho_lista", "Caminho da lista de um período"),
    Option("tribunal.erros_sem_conserto", "Erros que uma retificação não conserta", "Separados por espaço."),
)


def court_settings() -> ResponseReturnValue:
    """Show the settings of the court; try them; keep them once the court has answered, or when told to."""
    return tried_form((*OPTIONS, *ADVANCED), _try, "url", _page)


def _page(form: Form, tried: str | None) -> str:
    return render_template(
        "screens/ajuste_tribunal.html",
        forma=form,
        opcoes=OPTIONS,
        avancadas=ADVANCED,
        visto=seen(),
        prova=tried,
    )


def _try(settings: Settings) -> str | None:
    """Return why the court does not answer under these settings, or None; None too where there is no court."""
    here, mine = office(), settings.tribunal
    if not mine.url:
        return None
    if not mine.url.startswith(("https://", "http://")):
        raise invalid_input("url", "comece por https://")
    trial = mine.model_copy(update={"espera_s": min(mine.espera_s, LONGEST_TRIAL_S)})
    try:
        transport = court.HttpTransport(trial, here.certificado, here.instance)
    except ConfigError as error:
        raise invalid_input("autoridade", str(error).partition(": ")[2]) from error
    return court.try_court(transport, local_date(now()))
