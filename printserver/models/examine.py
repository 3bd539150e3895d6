"""What the import finds out of one model: its kind, its format, its variables, and whether it can be printed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from printserver.common.data import JsonView
from printserver.errors import ConfigError, Recusa
from printserver.formats import Format, FormatType, example_data, example_values, with_block_in_text
from printserver.models import geometry
from printserver.models.kinds import LABELS, kind_of
from printserver.office import Office, format_versions
from printserver.rendering import CODE_BOX, QR_BOX, Layout, LayoutRequest, RtfFacts, RtfModel, pack_model

State = Literal["pronto", "conferir", "recusado"]

_TO_BE_LOOKED_AT: Final = ("Confira:", "A fonte “")
"""How the notices begin for which a person looks at a model."""
BY_THE_STAMP: Final = frozenset({"qr", "selo"})
"""Sources of variables that the stamp writes: they take no value."""
_NO_KIND: Final = "nem o nome do arquivo nem o texto dizem de que ato é: fica como avulso, sem selo"
_EXAMPLES: Final = (
    ("data", "20 de novembro de 2026"),
    ("hora", "14h30"),
    ("nome", "Maria Aparecida de Souza Prado"),
    ("cpf", "529.982.247-25"),
    ("cidade", "São Paulo"),
    ("uf", "SP"),
    ("livro", "123"),
    ("folha", "045"),
    ("termo", "15406"),
    ("matricula", "123456 01 55 2020 1 00014 128 0015406 53"),
    ("idade", "32"),
    ("gmf", "a"),
    ("valor", "R$ 95,12"),
)


@dataclass(frozen=True, slots=True)
class Examined:
    """A model's state. `motivos` is why it is not `pronto`, `avisos` what else a person should know (Portuguese).

    `formato` is the name of the format of its geometry, None if it has none. `variaveis` are (name, places, source).
    """

    estado: State
    motivos: tuple[str, ...]
    avisos: tuple[str, ...] = ()
    tipo: FormatType = "avulso"
    formato: str | None = None
    variaveis: tuple[tuple[str, int, str], ...] = ()
    paginas: int = 0

    def left(self, cleared: "Cleared | None") -> tuple[str, ...]:
        """Return the reasons that are still in force: all but those that a person cleared."""
        done = cleared.motivos if cleared is not None and self.estado == "conferir" else ()
        return tuple(each for each in self.motivos if each not in done)

    def state(self, cleared: "Cleared | None") -> State:
        """Return the state in force."""
        return "pronto" if self.estado == "conferir" and not self.left(cleared) else self.estado

    @classmethod
    def of_json(cls, kept: JsonView) -> "Examined":
        """Return the examination that was kept as `dataclasses.asdict` gives it."""
        return cls(
            kept["estado"],
            tuple(kept["motivos"]),
            tuple(kept["avisos"]),
            kept["tipo"],
            kept["formato"],
            tuple((name, places, source) for name, places, source in kept["variaveis"]),
            kept["paginas"],
        )


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a person looked at and found right: the reasons, who, when (ISO 8601, UTC), and why."""

    motivos: tuple[str, ...]
    quem: str
    quando: str
    motivo: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Kind and format that a person chose for a model, whatever its content; None: found out from the file."""

    tipo: FormatType | None = None
    formato: str | None = None


NOTHING_CHOSEN: Final = Choice()


@dataclass(frozen=True, slots=True)
class Sample:
    """A model laid out with examples for its variables: the request, its layout, and its text with the variables."""

    request: LayoutRequest
    layout: Layout
    text: str = ""


def variables_of(office: Office, exame: Examined) -> tuple[tuple[str, int, str], ...]:
    """Return the variables of an examination with their sources by the office's table as it is now."""
    return tuple((name, places, office.state.variaveis.source(name)) for name, places, _ in exame.variaveis)


class Examiner:
    """Examines models of one office; formats of the same geometry are made once.

    Two threads may make the same format twice.
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self._formats: dict[str, Format] = {}

    def examine(self, name: str, file: bytes, choice: Choice = NOTHING_CHOSEN) -> tuple[Examined, Sample | None]:
        """Return what a file is, and its pages with examples; a file that cannot be printed is `recusado`.

        Raises `Recusa` `servidor-ocupado`: that says nothing of the file.
        """
        try:
            found = self._office.render.examine_model(pack_model(file, {}))
        except Recusa as refusal:
            return Examined("recusado", (_of_the_file(refusal),)), None
        facts = found.facts
        known = self._known(name, found, choice)
        if choice.formato is None and (small := geometry.too_small(facts)):
            return _refused(known, small), None
        try:
            page_format = self._format(known.tipo, facts, choice)
            sample = self._lay_out(page_format, file, known, found.text)
        except ConfigError as error:
            return _refused(known, str(error)), None
        except Recusa as refusal:
            return _refused(known, _of_the_file(refusal)), None
        return _judge(known, found, page_format.nome, sample), sample

    def _known(self, name: str, found: RtfModel, choice: Choice) -> Examined:
        """Return what is known of a model before it is laid out."""
        tipo = choice.tipo or kind_of(name, found.beginning)
        reasons = (_NO_KIND,) if tipo is None else ()
        notes = tuple(geometry.notices(found.facts))
        return Examined("recusado", reasons, notes, tipo or "avulso", None, tuple(self._variables(found.facts)))

    def _variables(self, facts: RtfFacts) -> Iterable[tuple[str, int, str]]:
        table = self._office.state.variaveis
        return ((name, places, table.source(name)) for name, places in facts.variables.items())

    def _format(self, tipo: FormatType, facts: RtfFacts, choice: Choice) -> Format:
        """Return the format that was chosen, or that of the geometry: the office's, if it has it, else one to be kept.

        Raises `ConfigError` for one that cannot be used, and `Recusa` as keeping it would.
        """
        if choice.formato is not None:
            chosen = self._office.formatos.get(choice.formato)
            if chosen.tipo != tipo:
                raise ConfigError(f"o formato {chosen.nome} é de {LABELS[chosen.tipo]}, e o modelo de {LABELS[tipo]}")
            return chosen
        name = geometry.name_of(tipo, facts)
        if self._office.formatos.is_own(name):
            return self._office.formatos.get(name)
        found = self._formats.get(name)
        if found is None:
            proof, _ = format_versions.check(self._office, name, {f"{name}.toml": geometry.toml_of(tipo, facts)})
            found = self._formats[name] = proof.formato
        return found

    def _lay_out(self, page_format: Format, file: bytes, known: Examined, text: str) -> Sample:
        request = sample_request(page_format, file, known)
        return Sample(request, self._office.render.layout(request), text)


def _judge(known: Examined, found: RtfModel, page_format: str, sample: Sample) -> Examined:
    """Return the examination of a model that was laid out."""
    said = [each.mensagem.removesuffix(".") for each in sample.layout.avisos]
    told = [each for each in said if each.startswith(_TO_BE_LOOKED_AT)]
    reasons = [*known.motivos, *told, *(f"<{name}> parece um erro de <{meant}>" for name, meant in found.slips)]
    notes = [*known.avisos, *(each for each in said if each not in told)]
    if known.tipo == "avulso":
        notes.append("documento avulso, sem selo")
    elif "qr" in {source for _, _, source in known.variaveis}:
        notes.append("selo no lugar de <QRCode>")
    else:
        notes.append("selo no fim do texto: o modelo não tem <QRCode>")
    return replace(
        known,
        estado="conferir" if reasons else "pronto",
        motivos=tuple(reasons),
        avisos=tuple(notes),
        formato=page_format,
        paginas=sample.layout.paginas,
    )


def sample_request(page_format: Format, file: bytes, known: Examined) -> LayoutRequest:
    """Return the request of a model with an example for each of its variables."""
    sources = {name: source for name, _, source in known.variaveis}
    boxes = {"qr": QR_BOX if page_format.bloco.qr != "nenhum" else "", "selo": CODE_BOX}
    server = {name: boxes[source] for name, source in sources.items() if source in boxes}
    examples = {name: example_of(name) for name in sources if name not in server}
    if "qr" in sources.values():
        page_format = with_block_in_text(page_format, fees="custas" in sources.values())
    return LayoutRequest(
        formato=page_format,
        dados=example_data(page_format.tipo),
        corpo=("rtf", pack_model(file, examples)),
        mark_values={f"<{name}>": text for name, text in server.items()},
        valores=example_values(page_format.tipo),
        faces=page_format.faces,
    )


def example_of(name: str) -> str:
    """Return an example for a variable by its name."""
    lower = name.casefold()
    return next((text for word, text in _EXAMPLES if word in lower), name.replace("_", " "))


def _of_the_file(refusal: Recusa) -> str:
    """Return the reason of a refusal; raise one that is not about the file."""
    if refusal.word == "servidor-ocupado":
        raise refusal
    return refusal.detail


def _refused(known: Examined, reason: str) -> Examined:
    return replace(known, motivos=(reason,))
