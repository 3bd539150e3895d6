"""A livro sealed by another program before the office moved here (N13): its seals are checked and marked as foreign."""

from printserver.clock import local_date
from printserver.documents import copies
from printserver.documents.model import Externo, Instrumento, SeloExterno, Traslado
from printserver.documents.notas.livro import (
    custas_do_ato,
    escolher_principal,
    fixar,
    principal_primeiro,
)
from printserver.documents.plan import (
    NATUREZA,
    Contexto,
    Custas,
    LivroVivo,
    SeloVivo,
)
from printserver.errors import Campo, entrada_invalida
from printserver.selo.code import ler
from printserver.selo.money import formatar_reais
from printserver.selo.qr import ler_qr

CAMPO = "documento.livro_externo"
QR_MAXIMO = 480  # S5: 464 of ours; a longer one would be drawn with modules too small to read (P6)


def livro_externo(documento: Traslado, contexto: Contexto) -> tuple[LivroVivo, list[Campo]]:
    """Return the livro of another program, from the INSTRUMENTO and the seals that came with the copy, and warnings.

    Its seals are paired with the atos in their order, the principal first; of those it has no seal for, only the fee
    line is known. Raises Recusa `entrada-invalida` if the term set by the office is over, the livro was sealed here,
    or a seal does not hold (S1, S2, CNS, S5); `assinaturas-pendentes` (N11).
    """
    externo = documento.livro_externo
    assert externo is not None
    _conferir_prazo(contexto)
    instrumento = _instrumento(documento, contexto)
    copies.conferir_assinaturas(instrumento.assinaturas, documento.ordem_judicial)
    selos = _escolher_principal(externo)
    for indice, selo in enumerate(externo.selos):
        _conferir(selo, f"{CAMPO}.selos.{indice}", contexto.regras.cns)
    atos = escolher_principal(instrumento.atos)
    linhas = [
        custas_do_ato(ato, contexto, f"documento.instrumento.atos.{indice}")[0] for indice, ato in enumerate(atos)
    ]
    principal, em_ordem = selos[0], principal_primeiro(linhas)
    indice = externo.selos.index(next(selo for selo in externo.selos if selo.codigo == principal.codigo))
    avisos = _conferir_qr_do_principal(principal, em_ordem[0], f"{CAMPO}.selos.{indice}.qr")
    vivos = _como_vivos(selos, em_ordem, contexto)
    return LivroVivo("", fixar(instrumento, atos, linhas), vivos, instrumento.assinaturas), avisos


def _conferir_prazo(contexto: Contexto) -> None:
    ate = contexto.regras.externos_ate
    if ate is not None and local_date(contexto.agora) > ate:
        raise entrada_invalida(
            CAMPO, f"selos de livro de outro programa só se aceitavam até {ate:%d/%m/%Y}, por ajuste da serventia"
        )


def _instrumento(documento: Traslado, contexto: Contexto) -> Instrumento:
    if contexto.livro is not None:
        raise entrada_invalida(CAMPO, "o livro deste instrumento foi selado neste servidor: não mande livro_externo")
    if not isinstance(documento.instrumento, Instrumento) or not documento.instrumento.atos:
        raise entrada_invalida(
            "documento.instrumento", "com livro_externo, mande o instrumento inteiro, com seus atos e valores"
        )
    return documento.instrumento


def _escolher_principal(externo: Externo) -> list[SeloExterno]:
    """Return the seals, the principal first: exactly one of them, a single one without being named (N2)."""
    if len({selo.codigo for selo in externo.selos}) != len(externo.selos):
        raise entrada_invalida(f"{CAMPO}.selos", "há selos repetidos")
    if len(externo.selos) == 1:
        return [externo.selos[0].model_copy(update={"principal": True})]
    if sum(selo.principal for selo in externo.selos) != 1:
        raise entrada_invalida(f"{CAMPO}.selos", "marque um selo, e só um, como principal")
    return sorted(externo.selos, key=lambda selo: not selo.principal)


def _conferir(selo: SeloExterno, campo: str, cns: str) -> None:
    """Raise unless the code is of this office's Notas and of the ato named, and its QR is its own (S1, S5)."""
    codigo = ler(selo.codigo)
    if codigo.cns != cns:
        raise entrada_invalida(f"{campo}.codigo", f"o selo é da serventia {codigo.cns}, não desta ({cns})")
    if codigo.natureza != NATUREZA:
        raise entrada_invalida(f"{campo}.codigo", f"o selo é de natureza {codigo.natureza}, não de Notas (1)")
    if codigo.ato != selo.ato:
        raise entrada_invalida(f"{campo}.ato", f"o código do selo é de ato {codigo.ato}, não {selo.ato}")
    if selo.qr is not None:
        if not selo.qr.isascii() or len(selo.qr) > QR_MAXIMO:
            raise entrada_invalida(
                f"{campo}.qr", f"o QR de um selo tem no máximo {QR_MAXIMO} caracteres, sem acentos: confira-o"
            )
        try:
            do_qr = ler_qr(selo.qr).codigo
        except ValueError as error:
            raise entrada_invalida(f"{campo}.qr", str(error)) from None
        if do_qr != selo.codigo:
            raise entrada_invalida(f"{campo}.qr", f"o QR é do selo {do_qr}, não de {selo.codigo}")


def _conferir_qr_do_principal(principal: SeloExterno, linha: Custas, campo: str) -> list[Campo]:
    """Return a warning if the QR's total is not that of the fee line printed; raise if there is no QR (N3)."""
    if principal.qr is None:
        raise entrada_invalida(campo, "falta o QR do selo principal, que o traslado traz")
    total = ler_qr(principal.qr).total
    if total == linha.emolumentos.total:
        return []
    diferenca = f"{formatar_reais(total)} no QR, {formatar_reais(linha.emolumentos.total)} no ato principal"
    return [Campo(campo, f"o total do QR não é o do ato principal: {diferenca}")]


def _como_vivos(selos: list[SeloExterno], linhas: tuple[Custas, ...], contexto: Contexto) -> tuple[SeloVivo, ...]:
    """Return the fee lines as live seals of another program; an ato without its seal has an empty code and no QR."""
    return tuple(
        SeloVivo(
            codigo=selos[n].codigo if n < len(selos) else "",
            ato=linha.ato,
            descricao=linha.descricao,
            principal=linha.principal,
            momento=contexto.agora,
            qr_url=(selos[n].qr or "") if n < len(selos) else "",
            emolumentos=linha.emolumentos,
            isento=linha.isento,
            externo=True,
            motivo_isencao=linha.motivo,
        )
        for n, linha in enumerate(linhas)
    )
