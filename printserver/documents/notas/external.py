"""A livro sealed by another program before the migration (N13): its seals are checked and marked as external."""

from printserver.clock import local_date
from printserver.documents.instrumento import Externo, Instrumento, SeloExterno
from printserver.documents.model import Traslado
from printserver.documents.notas import copies
from printserver.documents.notas.livro import (
    choose_principal,
    custas_do_ato,
    fix,
    principal_first,
)
from printserver.documents.plan import (
    NATUREZA,
    Context,
    Custas,
    LiveLivro,
    LiveSelo,
)
from printserver.errors import BadField, invalid_input
from printserver.selo import format_reais, parse_qr, read

FIELD = "documento.livro_externo"
MAX_QR_CHARS = 480  # S5: this program's have 464; a longer one would have modules too small to read (P6)


def external_livro(document: Traslado, context: Context) -> tuple[LiveLivro, list[BadField]]:
    """Return the livro of another program, from the INSTRUMENTO and the seals sent with the copy, and warnings.

    Its seals are paired with the atos in order, the principal first; for atos without a seal, only the fee line is
    known. Raises Recusa `entrada-invalida` if the office's deadline has passed, the livro was sealed by this program,
    or a seal is invalid (S1, S2, CNS, S5); `assinaturas-pendentes` (N11).
    """
    external = document.livro_externo
    assert external is not None
    _check_term(context)
    instrumento = _instrumento(document, context)
    copies.check_signatures(instrumento.assinaturas, document.ordem_judicial)
    selos = _choose_principal(external)
    for index, selo in enumerate(external.selos):
        _check(selo, f"{FIELD}.selos.{index}", context.rules.cns)
    atos = choose_principal(instrumento.atos)
    linhas = [custas_do_ato(ato, context, f"documento.instrumento.atos.{index}")[0] for index, ato in enumerate(atos)]
    principal, in_order = selos[0], principal_first(linhas)
    index = external.selos.index(next(selo for selo in external.selos if selo.codigo == principal.codigo))
    notices = _check_principal_qr(principal, in_order[0], f"{FIELD}.selos.{index}.qr")
    live = _as_live(selos, in_order, context)
    return LiveLivro("", fix(instrumento, atos, linhas), live, instrumento.assinaturas), notices


def _check_term(context: Context) -> None:
    ate = context.rules.externos_ate
    if ate is not None and local_date(context.agora) > ate:
        raise invalid_input(
            FIELD, f"selos de livro de outro programa só se aceitavam até {ate:%d/%m/%Y}, por ajuste da serventia"
        )


def _instrumento(document: Traslado, context: Context) -> Instrumento:
    if context.livro is not None:
        raise invalid_input(FIELD, "o livro deste instrumento foi selado neste servidor: não mande livro_externo")
    if not isinstance(document.instrumento, Instrumento) or not document.instrumento.atos:
        raise invalid_input(
            "documento.instrumento", "com livro_externo, mande o instrumento inteiro, com seus atos e valores"
        )
    return document.instrumento


def _choose_principal(external: Externo) -> list[SeloExterno]:
    """Return the seals, the principal first: exactly one must be marked; a single seal needs no mark (N2)."""
    if len({selo.codigo for selo in external.selos}) != len(external.selos):
        raise invalid_input(f"{FIELD}.selos", "há selos repetidos")
    if len(external.selos) == 1:
        return [external.selos[0].model_copy(update={"principal": True})]
    if sum(selo.principal for selo in external.selos) != 1:
        raise invalid_input(f"{FIELD}.selos", "marque um selo, e só um, como principal")
    return sorted(external.selos, key=lambda selo: not selo.principal)


def _check(selo: SeloExterno, field: str, cns: str) -> None:
    """Raise unless the code is of this office's Notas and of the given ato, and its QR has the same code (S1, S5)."""
    codigo = read(selo.codigo)
    if codigo.cns != cns:
        raise invalid_input(f"{field}.codigo", f"o selo é da serventia {codigo.cns}, não desta ({cns})")
    if codigo.natureza != NATUREZA:
        raise invalid_input(f"{field}.codigo", f"o selo é de natureza {codigo.natureza}, não de Notas (1)")
    if codigo.ato != selo.ato:
        raise invalid_input(f"{field}.ato", f"o código do selo é de ato {codigo.ato}, não {selo.ato}")
    if selo.qr is not None:
        if not selo.qr.isascii() or len(selo.qr) > MAX_QR_CHARS:
            raise invalid_input(
                f"{field}.qr", f"o QR de um selo tem no máximo {MAX_QR_CHARS} caracteres, sem acentos: confira-o"
            )
        try:
            do_qr = parse_qr(selo.qr).codigo
        except ValueError as error:
            raise invalid_input(f"{field}.qr", str(error)) from None
        if do_qr != selo.codigo:
            raise invalid_input(f"{field}.qr", f"o QR é do selo {do_qr}, não de {selo.codigo}")


def _check_principal_qr(principal: SeloExterno, linha: Custas, field: str) -> list[BadField]:
    """Return a warning if the QR's total differs from the printed fee line; raise if there is no QR (N3)."""
    if principal.qr is None:
        raise invalid_input(field, "falta o QR do selo principal, que o traslado traz")
    total = parse_qr(principal.qr).total
    if total == linha.emolumentos.total:
        return []
    difference = f"{format_reais(total)} no QR, {format_reais(linha.emolumentos.total)} no ato principal"
    return [BadField(field, f"o total do QR não é o do ato principal: {difference}")]


def _as_live(selos: list[SeloExterno], linhas: tuple[Custas, ...], context: Context) -> tuple[LiveSelo, ...]:
    """Return the fee lines as live seals of another program; an ato without a seal has an empty code and no QR."""
    return tuple(
        LiveSelo(
            codigo=selos[n].codigo if n < len(selos) else "",
            ato=linha.ato,
            descricao=linha.descricao,
            principal=linha.principal,
            momento=context.agora,
            qr_url=(selos[n].qr or "") if n < len(selos) else "",
            emolumentos=linha.emolumentos,
            isento=linha.isento,
            externo=True,
            motivo_isencao=linha.motivo,
        )
        for n, linha in enumerate(linhas)
    )
