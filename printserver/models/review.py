"""A person clears a model that is to be looked at, or corrects its kind and format: a new version, with who and why."""

from dataclasses import replace

from printserver.errors import Recusa, invalid_input
from printserver.models.examine import Choice, Cleared, Examiner
from printserver.models.importing import keep_formats
from printserver.models.proof import draw
from printserver.models.store import Model, Version, add, author_of, content, find, lock
from printserver.office import Act, Author, Office, acting


def clear(office: Office, author: Author, model: Model, motivo: str) -> None:
    """Make a model `pronto`: a person looked at each of its reasons. `motivo` is why it may be printed as it is.

    It stays so until its content changes or there is another reason. Raises `Recusa` `entrada-invalida` without a
    reason, `estado-nao-permite` for a model that is not `conferir`, or that has a newer version.
    """
    _require_reason(motivo)
    if model.estado != "conferir":
        raise Recusa("estado-nao-permite", f"O modelo {model.nome} está {model.estado}: não há o que conferir.")
    with acting(office, author) as act:
        who = author_of(act) or ""
        cleared = Cleared(model.exame.motivos, who, act.now.isoformat(timespec="seconds"), motivo)
        _keep(act, model, replace(_version(model), conferido=cleared, origem="conferido", motivo=motivo))


def correct(office: Office, author: Author, model: Model, choice: Choice, motivo: str) -> None:
    """Examine a model again with the kind and format that a person chose; the choice stays for later content.

    Raises `Recusa` `entrada-invalida` without a reason, or for a format of another kind or one that cannot print the
    model, `estado-nao-permite` for a model that has a newer version, `servidor-ocupado`.
    """
    _require_reason(motivo)
    if choice == model.escolha:
        raise invalid_input("tipo", "nada muda: o modelo já está assim")
    with office.db.read() as conn:
        file = content(conn, office, model)
    exame, sample = Examiner(office).examine(model.nome, file, choice)
    if sample is None:
        raise invalid_input("formato" if choice.formato is not None else "tipo", "; ".join(exame.motivos))
    draw(office, sample)
    for _ in keep_formats(office, author, ((exame, file),)):
        pass
    with acting(office, author) as act:
        made = replace(_version(model), exame=exame, escolha=choice, origem="corrigido", motivo=motivo)
        _keep(act, model, made)


def _keep(act: Act, model: Model, made: Version) -> None:
    """Keep the version of a person, if `model` is in force."""
    lock(act)
    now = find(act.conn, act.office, model.nome)
    if now is None or now.id != model.id:
        raise Recusa("estado-nao-permite", f"O modelo {model.nome} tem uma versão mais nova: veja-a antes.")
    number = add(act, made)
    what: dict[str, object] = {"versao": number, "estado": made.estado, "motivo": made.motivo}
    if made.origem == "conferido":
        what["conferido"] = list(made.exame.motivos)
    else:
        what |= {"tipo": made.exame.tipo, "formato": made.exame.formato}
    act.log("modelo", made.nome, made.origem, what)


def _require_reason(motivo: str) -> None:
    if not motivo:
        raise invalid_input("motivo", "diga o motivo: fica registrado com o seu nome")


def _version(model: Model) -> Version:
    return Version(
        model.nome, model.sha256, model.arquivo, model.exame, model.escolha, model.conferido, model.origem, model.motivo
    )
