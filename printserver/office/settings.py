"""Settings of an office: `INSTANCE/printserver.toml`, overridden by the environment (`PRINTSERVER_SECAO_NOME`).

A wrong or unknown setting stops the start with its name. Descriptions are Portuguese: the operator's guide shows them.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, create_model, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from printserver.common import faults
from printserver.common.data import JsonObject
from printserver.common.validation import portuguese
from printserver.documents import KINDS
from printserver.errors import ConfigError
from printserver.formats import printed

SETTINGS_FILE = "printserver.toml"
_ADDRESS: Final = re.compile(r"[^\s@,;<>\"]+@[^\s@,;<>\"]+", re.ASCII)


class SettingsError(ConfigError):
    """Settings that cannot be used. `errors`: what is wrong (Portuguese) by setting (`secao.nome`)."""

    def __init__(self, message: str, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.errors: Mapping[str, str] = errors or {}


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _printed(value: str) -> str:
    """Return a printable text. Raises ValueError (Portuguese) if it is empty or not printable."""
    if not (text := printed(value)):
        raise ValueError("não pode ficar vazio: sai nos documentos")
    return text


Printed = Annotated[str, Field(max_length=200), AfterValidator(_printed)]


class Serventia(_Section):
    """The office itself."""

    nome: Printed = Field("Cartório de Demonstração", description="Nome da serventia, como sai nos documentos.")
    cidade: Printed = Field("São Paulo", description="Cidade da serventia.")
    uf: str = Field("SP", pattern=r"^[A-Z]{2}$", description="Estado da serventia.")
    oficial: Printed = Field("", description="Quem responde pela serventia, no rodapé das certidões civis.")
    endereco: Printed = Field("", description="Endereço e CEP, no rodapé das certidões do Registro Civil.")
    classe: int = Field(
        0, ge=0, le=3, description="Classe da serventia no Provimento 213 (1 a 3), para o relatório (0: não dita)."
    )
    demonstracao: bool = Field(False, description="Serventia de demonstração: as impressões saem SEM VALOR LEGAL.")


class DatabaseSettings(_Section):
    """The database."""

    url: str = Field(
        "", description="Endereço do banco (vazio: SQLite na pasta da instância; ou postgresql+psycopg://…)."
    )
    cns: str = Field(
        "",
        pattern=r"^([0-9]{6})?$",
        description="CNS da serventia desta pasta, num PostgreSQL que tem várias (vazio: a única que há).",
    )
    espera_s: float = Field(
        60, ge=0, description="Segundos que o servidor, ao ligar, espera por um PostgreSQL que ainda não atende."
    )


class DiskSettings(_Section):
    """The disk."""

    livre_mb: int = Field(8, ge=1, description="Espaço livre, em MB, abaixo do qual nada é selado (503).")


class Http(_Section):
    """The HTTP process."""

    linhas: int = Field(16, ge=4, le=256, description="Linhas (threads) que atendem ao mesmo tempo.")
    porta: int = Field(
        0, ge=0, le=65535, description="Porta desta serventia (0: a de --port, e cada serventia seguinte a próxima)."
    )
    corpo_mb: int = Field(24, ge=1, le=256, description="Tamanho máximo de um pedido, em MB.")
    proxy: str = Field(
        "", description="Endereço do proxy em cujos X-Forwarded-For e X-Forwarded-Proto se confia (vazio: nenhum)."
    )
    em_andamento: int = Field(10_000, ge=1, description="Trabalhos a caminho do papel aceitos antes de responder 503.")
    pedidos_por_minuto: int = Field(0, ge=0, description="Pedidos por minuto de cada chave válida (0: sem limite).")
    chaves_erradas_por_minuto: int = Field(30, ge=1, description="Chaves inválidas por minuto aceitas de um endereço.")
    senhas_erradas_por_minuto: int = Field(
        10,
        ge=1,
        description="Senhas erradas de uma pessoa, de um endereço, até que espere: um minuto, depois cada vez mais.",
    )


class _Terms(_Section):
    """One term in days per document type; 0: none."""

    def of(self, kind: str) -> int:
        """Return the term set for the document type `kind`."""
        return int(getattr(self, kind))


class _ByKind(_Section):
    """One name per document type; empty: the default."""

    def of(self, kind: str) -> str:
        """Return the name set for the document type `kind`, or an empty string."""
        return str(getattr(self, kind))


if TYPE_CHECKING:
    ByKind = _ByKind
    DocumentTerms = _Terms
else:
    _of_kinds = {word: (str, Field("", description=f"Para {kind.plural}.")) for word, kind in KINDS.items()}
    ByKind = create_model("ByKind", __base__=_ByKind, __doc__=_ByKind.__doc__, **_of_kinds)
    _KEPT: Final = "Dias, desde a impressão, em que se guardam texto e PDF: para {} (0: sempre)."
    _of_terms = {word: (int, Field(0, ge=0, description=_KEPT.format(kind.plural))) for word, kind in KINDS.items()}
    DocumentTerms = create_model("DocumentTerms", __base__=_Terms, __doc__=_Terms.__doc__, **_of_terms)


class Selo(_Section):
    """Numbers and certificate."""

    sequencia: Literal["serventia", "ato"] = Field(
        "serventia", description="Uma sequência por serventia, ou uma por natureza, ato e ano (S3)."
    )
    certificado: str = Field("certificado.p12", description="Certificado A1 (PKCS#12), na pasta da instância.")
    senha_do_certificado: str = Field("", description="Senha do certificado (vazio: o arquivo certificado.senha).")
    tolerancia_do_relogio_s: int = Field(
        60,
        ge=0,
        description="Segundos que o relógio pode estar atrás do último registro, e ainda se sela (S7).",
    )


class Traslado(_Section):
    """N4."""

    cobra_do_segundo: bool = Field(True, description="Cobra como certidão do segundo traslado em diante (N4).")


class Ficha(_Section):
    """N9."""

    selo: Literal["perguntar", "sempre", "nunca"] = Field("perguntar", description="Selo da ficha de abertura (N9).")
    servico: str = Field("", description="Serviço da tabela cobrado na ficha (vazio: isenta, selo facultativo).")


class Civil(_Section):
    """C18, C23, C24."""

    casamento_selo: Literal["zero", "nenhum"] = Field(
        "zero",
        description="Selo do assento de casamento com habilitação desta serventia: zero, ou nenhum (C18; a confirmar).",
    )
    assento_no_verso: bool = Field(False, description="Aceita assento que começa no verso da folha (C23).")
    retirada_dias: int = Field(
        90,
        ge=1,
        le=3650,
        description="Dias em que a certidão espera por quem a pediu; depois pode ser descartada (C24).",
    )


class Xa(_Section):
    """X1, X4."""

    prazo_horas: int = Field(72, ge=0, description="Horas, desde o ato, em que a exclusão (XA) é possível (X4).")
    prazo_tipo_horas: int = Field(
        72, ge=0, description="Horas, desde o ato, em que se retifica o tipo ou o identificador de um selo (X4)."
    )
    pergunta_horas: int = Field(12, ge=1, description="Horas até que uma pergunta sem resposta se feche (X1).")


class Paper(_Section):
    """P5."""

    exigir_numeros: bool = Field(
        False, description="Exige um número de papel de segurança por folha em traslados e certidões (P5)."
    )


class Livro(_Section):
    """Folhas and livros."""

    lados_da_folha: Literal[1, 2] = Field(2, description="Lados usados de cada folha do livro.")
    folhas_novas: bool = Field(False, description="A reimpressão de um livro toma folhas novas, numeradas (X7).")
    externos_ate: date | None = Field(None, description="Até quando se aceitam selos de livro de outro programa (N13).")


class PeopleSettings(_Section):
    """People."""

    subscritor: str = Field("admin", description="Quem subscreve as cópias, se o pedido não diz (P3).")
    sessao_horas: int = Field(12, ge=1, description="Horas até que a entrada nas telas tenha de ser repetida.")
    sessao_ociosa_minutos: int = Field(
        30, ge=1, description="Minutos sem uso depois dos quais a entrada nas telas se encerra (A5)."
    )
    pin: list[Literal["xa", "isento", "substituicao", "fora-do-prazo", "fechamento"]] = Field(
        [],
        description="Atos que pedem o PIN de quem os faz, nas telas: xa, isento, substituicao, fora-do-prazo, "
        "fechamento (A4).",
    )
    segundo_fator: list[Literal["escrevente", "substituto", "tabeliao", "administrador"]] = Field(
        ["substituto", "tabeliao", "administrador"],
        description="Papéis que entram com senha e código do celular; na demonstração, só quem quer (A5).",
    )


class CourtSettings(_Section):
    """The court."""

    url: str = Field("", description="Endereço do serviço do tribunal (vazio: os selos ficam à espera).")
    modo: Literal["continuo", "horarios", "manual"] = Field(
        "continuo", description="Quando se comunica: sempre, só nos horários marcados, ou só a pedido (T1)."
    )
    horarios: list[Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]] = Field(
        ["08:00", "12:00", "18:00"], description="Os horários do modo horarios, como 08:00."
    )
    selos_por_segundo: float = Field(50, ge=0, description="Selos enviados por segundo, no máximo (0: sem limite).")
    lote: int = Field(50, ge=1, le=500, description="Selos por pedido ao tribunal.")
    em_paralelo: int = Field(4, ge=1, le=32, description="Pedidos ao tribunal ao mesmo tempo.")
    espera_s: float = Field(10, gt=0, le=300, description="Segundos de espera por uma resposta do tribunal.")
    autoridade: str = Field(
        "",
        description="Arquivo PEM, na pasta da instância, de quem assina o certificado do tribunal (vazio: o sistema).",
    )
    caminho_selos: str = Field("/selos", description="Caminho que recebe os selos.")
    caminho_vinculos: str = Field("/vinculos", description="Caminho que recebe os vínculos.")
    caminho_consulta: str = Field("/selos/{codigo}", description="Caminho que diz o que consta de um selo.")
    caminho_lista: str = Field(
        "/selos?de={de}&ate={ate}&pagina={pagina}", description="Caminho da lista dos selos de um período."
    )
    erros_sem_conserto: list[str] = Field(
        ["codigo-invalido", "assinatura-invalida", "cns-desconhecido", "hibrido-ja-recebido", "so-retificador"],
        description="Erros do tribunal que uma retificação não conserta: o selo fica em falha (T3).",
    )


class WarningSettings(_Section):
    """Notices by e-mail."""

    servidor: str = Field("", description="Servidor SMTP dos avisos por e-mail (vazio: avisos só na tela).")
    porta: int = Field(587, ge=1, le=65535, description="Porta do servidor SMTP.")
    seguranca: Literal["starttls", "tls", "nenhuma"] = Field(
        "starttls", description="Como se fala com o servidor SMTP: starttls, tls desde o início, ou sem cifra."
    )
    usuario: str = Field("", description="Usuário no servidor SMTP (vazio: sem senha).")
    arquivo_da_senha: str = Field("avisos.senha", description="Arquivo da senha do SMTP, na pasta da instância.")
    remetente: str = Field("", description="Endereço de quem envia os avisos.")
    destinatarios: list[str] = Field([], description="Endereços de quem recebe os avisos.")
    prazos: list[str] = Field([], description="Quem recebe os avisos de prazo (vazio: os destinatarios).")
    recusas: list[str] = Field([], description="Quem recebe os avisos de recusa do tribunal (vazio: os destinatarios).")
    envios: list[str] = Field([], description="Quem recebe o resumo dos envios e cargas (vazio: os destinatarios).")
    certificado: list[str] = Field(
        [], description="Quem recebe os avisos do certificado, da auditoria e dos incidentes (vazio: os destinatarios)."
    )

    @model_validator(mode="after")
    def _complete(self) -> "WarningSettings":
        if self.servidor and not (self.remetente and self.destinatarios):
            raise ValueError("com servidor, diga também remetente e destinatarios")
        people = (*self.destinatarios, *self.prazos, *self.recusas, *self.envios, *self.certificado)
        if wrong := [each for each in (*people, *filter(None, [self.remetente])) if not _ADDRESS.fullmatch(each)]:
            raise ValueError(f"não é um endereço de e-mail: {wrong[0]}")
        return self


class Diarios(_Section):
    """D1, D2."""

    fotocopia: str = Field("FC", description="Código do ato do selo diário de fotocópias (D1), a confirmar.")
    cenad: str = Field("CD", description="Código do ato do selo diário de autenticações digitais (D2), a confirmar.")


class Retention(_Section):
    """Persons' data that is kept only to find prints (LGPD)."""

    nomes_dias: int = Field(
        1825,
        ge=0,
        description="Dias, desde a última impressão, em que título e nomes servem para achar o documento (0: nenhum).",
    )


class CopySettings(_Section):
    """Copies (B1)."""

    lugares: list[Annotated[str, Field(pattern=r"^(/.+|[a-z0-9]+:.+)$")]] = Field(
        [],
        description="Onde as cópias ficam, na notação do restic: uma pasta (/media/disco/copias), "
        "sftp:usuario@maquina:/pasta, s3:https://…; ao menos um fora desta máquina (vazio: nenhuma cópia).",
    )
    credenciais: str = Field(
        "copias.env", description="Arquivo, na pasta da instância, com as variáveis do S3 (AWS_ACCESS_KEY_ID=…)."
    )
    perda_horas: float = Field(
        4, gt=0, description="Horas de trabalho que se aceita perder (RPO): registro mais velho, fora da cópia, avisa."
    )
    volta_horas: float = Field(8, gt=0, description="Horas em que se quer a serventia de volta (RTO), para as atas.")
    inteira_horas: float = Field(24, gt=0, description="Horas depois das quais se copia, ainda que nada tenha mudado.")
    guarda_dias: int = Field(30, ge=1, description="Dias de que se guarda uma cópia por dia.")
    guarda_meses: int = Field(24, ge=0, description="Meses de que se guarda uma cópia por mês.")
    podar: bool = Field(True, description="Apaga as cópias antigas (false: o lugar é só de acréscimo, e as apaga ele).")
    ensaio_dias: int = Field(35, ge=1, description="Dias desde o último ensaio de restauração até o aviso.")


class MirrorSettings(_Section):
    """The mirror of the log (B2)."""

    pasta: str = Field("", description="Pasta, em outro disco, do espelho do registro (vazio: sem espelho).")
    sem_ele: Literal["segue", "para"] = Field(
        "segue", description="Sem o disco do espelho: segue, com aviso; ou para, e nada é selado nem impresso."
    )


class Render(_Section):
    """The pool that renders documents."""

    processos: int = Field(2, ge=1, le=64, description="Processos que montam as páginas.")
    tempo_limite_s: float = Field(20, gt=0, description="Segundos que uma montagem pode levar.")
    memoria_mb: int = Field(1024, ge=256, description="Memória de cada processo de montagem, em MB.")
    cache_mb: int = Field(2048, ge=16, description="Espaço em disco das páginas já montadas, em MB.")
    imagens_mb: int = Field(256, ge=1, description="Espaço em disco das imagens das páginas nas telas, em MB.")


class Motor(_Section):
    """The engine."""

    posse_s: float = Field(60, ge=1, description="Segundos até que o trabalho de um motor morto seja retomado.")
    espera_s: float = Field(0.5, gt=0, le=10, description="Segundos entre duas buscas de trabalho, sem aviso.")


class Settings(BaseSettings):
    """All settings, by section."""

    model_config = SettingsConfigDict(
        env_prefix="PRINTSERVER_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        extra="forbid",
        frozen=True,
    )

    serventia: Serventia = Serventia()
    banco: DatabaseSettings = DatabaseSettings()
    disco: DiskSettings = DiskSettings()
    http: Http = Http()
    filas: ByKind = ByKind()
    formatos: ByKind = ByKind()
    selo: Selo = Selo()
    traslado: Traslado = Traslado()
    ficha: Ficha = Ficha()
    civil: Civil = Civil()
    xa: Xa = Xa()
    papel: Paper = Paper()
    livro: Livro = Livro()
    pessoas: PeopleSettings = PeopleSettings()
    tribunal: CourtSettings = CourtSettings()
    avisos: WarningSettings = WarningSettings()
    diarios: Diarios = Diarios()
    guarda: Retention = Retention()
    copias: CopySettings = CopySettings()
    espelho: MirrorSettings = MirrorSettings()
    prazos: DocumentTerms = DocumentTerms()
    render: Render = Render()
    motor: Motor = Motor()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment takes precedence over the file (which is given at construction)."""
        return env_settings, init_settings


def load_settings(instance: Path) -> Settings:
    """Read the settings of the office in `instance`. Raises `ConfigError` that names file and key."""
    path = instance / SETTINGS_FILE
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        content = b""
    except OSError as error:
        raise ConfigError(f"{path}: não pode ser lido ({faults.of_os(error)})") from error
    return read_settings(content, path)


def read_settings(content: bytes, path: Path) -> Settings:
    """Return the settings of a file's `content` under the environment. `path` is named in the `SettingsError`."""
    try:
        values: JsonObject = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: não é TOML válido: {error}") from error
    try:
        return Settings(**values)
    except ValidationError as error:
        wrong = {".".join(str(part) for part in item["loc"]): _in_portuguese(item) for item in error.errors()}
        lines = [f"{name}: {text}" for name, text in wrong.items()]
        raise SettingsError(
            f"{path} (ou variável PRINTSERVER_…): configuração errada: {'; '.join(lines)}", wrong
        ) from error


# Settings that are read when the server starts; a change waits for the next start. A name alone is a whole section.
AT_START: Final = (
    "banco",
    "http.linhas",
    "http.porta",
    "http.corpo_mb",
    "http.proxy",
    "http.pedidos_por_minuto",
    "http.chaves_erradas_por_minuto",
    "http.senhas_erradas_por_minuto",
    "motor",
    "render",
    "selo.sequencia",
    "serventia.demonstracao",
)


def needs_restart(name: str) -> bool:
    """Return whether the setting `name`, as `secao.nome`, takes effect only when the server starts."""
    return name in AT_START or name.partition(".")[0] in AT_START


def value_of(settings: Settings, name: str) -> object:
    """Return the value of the setting `name`, as `secao.nome`. Raises AttributeError if there is none."""
    section, _, option = name.partition(".")
    return getattr(getattr(settings, section), option)


def with_started(new: Settings, started: Settings) -> tuple[Settings, tuple[str, ...]]:
    """Return `new` with what needs a restart as it was in `started`, and the names of the settings that wait for it."""
    waiting = tuple(
        name for name in all_settings() if needs_restart(name) and value_of(new, name) != value_of(started, name)
    )
    sections: dict[str, dict[str, object]] = {}
    for name in waiting:
        section, _, option = name.partition(".")
        sections.setdefault(section, {})[option] = value_of(started, name)
    kept = {section: getattr(new, section).model_copy(update=values) for section, values in sections.items()}
    return new.model_copy(update=kept), waiting


def from_environment(environment: Mapping[str, str] = os.environ) -> frozenset[str]:
    """Return the names of the settings that the environment gives: the file does not decide them."""
    given = {name.upper() for name in environment}
    return frozenset(
        name
        for name in all_settings()
        if f"PRINTSERVER_{name.replace('.', '_').upper()}" in given
        or f"PRINTSERVER_{name.partition('.')[0].upper()}" in given
    )


_MESSAGES = {
    "extra_forbidden": "não existe esta opção; as que existem estão no guia do operador",
    "greater_than": "deve ser mais que {gt}",
    "int_parsing": "deve ser um número inteiro",
    "float_parsing": "deve ser um número",
    "bool_parsing": "deve ser true ou false",
    "string_pattern_mismatch": "não tem a forma esperada ({pattern})",
    "value_error": "{error}",
    "model_type": "deve ser uma seção, [assim]",
}


def _in_portuguese(item: ErrorDetails) -> str:
    """Return the error of a setting and the allowed values, in Portuguese."""
    if item["type"].startswith("date"):
        return "deve ser uma data, como 2026-11-20"
    return portuguese(item["type"], item.get("ctx", {}), _MESSAGES) or item["msg"]


def all_settings() -> dict[str, tuple[object, str]]:
    """Return every setting as `secao.nome` → (default, Portuguese description), for the guide and its test."""
    found: dict[str, tuple[object, str]] = {}
    for section, field in Settings.model_fields.items():
        model = field.annotation
        if isinstance(model, type) and issubclass(model, BaseModel):
            for name, option in model.model_fields.items():
                found[f"{section}.{name}"] = (option.default, option.description or "")
    return found


def option_of(name: str) -> FieldInfo:
    """Return the field of the setting `name`, as `secao.nome`. Raises KeyError if there is none."""
    section, _, option = name.partition(".")
    model = Settings.model_fields[section].annotation
    assert isinstance(model, type) and issubclass(model, BaseModel)
    return model.model_fields[option]
