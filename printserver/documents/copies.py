"""What traslado and certidão share: the livro they come from, its signatures (N11), and the paper they replace (X8)."""

from collections.abc import Sequence
from typing import Any

from printserver.documents import fees
from printserver.documents.fees import ValorDoAto
from printserver.documents.identity import instrumento_desconhecido, normalizar
from printserver.documents.model import Ato, Certidao, Corpo, Instrumento, Traslado
from printserver.documents.notas.livro import nomes_das_partes
from printserver.documents.plan import (
    NATUREZA,
    Contexto,
    Identidade,
    LivroVivo,
    SeloPlanejado,
    SeloVivo,
)
from printserver.errors import Campo, Recusa, entrada_invalida
from printserver.selo.issue import SeloNovo

CAMPO = "documento"
Copia = Traslado | Certidao


def livro_da_copia(documento: Copia, contexto: Contexto) -> LivroVivo:
    """Return the live livro that the copy is made from.

    Raises Recusa `instrumento-desconhecido` (a reference to what was never here), `livro-nao-impresso` (N3),
    `difere-do-livro` (the copy brings other atos or values), `assinaturas-pendentes` (N11).
    """
    trazido = documento.instrumento
    livro = contexto.livro
    if livro is None:
        if trazido is not None and not isinstance(trazido, Instrumento) and not _deixou_rastro(contexto):
            raise instrumento_desconhecido(trazido)
        raise Recusa(
            "livro-nao-impresso",
            "O livro deste instrumento não está impresso e selado neste servidor: imprima-o antes de tirar cópias.",
        )
    if isinstance(trazido, Instrumento):
        _conferir_com_o_livro(trazido, livro, contexto)
    conferir_assinaturas(livro.assinaturas, documento.ordem_judicial)
    return livro


def conferir_assinaturas(assinaturas: str, ordem_judicial: str | None) -> None:
    """Raise Recusa `assinaturas-pendentes` for an act not signed by all, unless a court order is named (N11)."""
    if assinaturas == "pendentes" and ordem_judicial is None:
        raise Recusa(
            "assinaturas-pendentes",
            "Faltam assinaturas neste ato: não se tira traslado nem certidão, salvo por ordem judicial, com o número "
            "do processo em documento.ordem_judicial.",
        )


def corpo_da_copia(documento: Copia, instrumento: Instrumento | None) -> Corpo:
    """Return the copy's text: its own, that of the INSTRUMENTO it brings, else the livro's.

    Raises Recusa `entrada-invalida` if there is none.
    """
    do_trazido = documento.instrumento.corpo if isinstance(documento.instrumento, Instrumento) else None
    corpo = documento.corpo or do_trazido or (instrumento.corpo if instrumento else None)
    if corpo is None:
        raise entrada_invalida(f"{CAMPO}.corpo", "falta o texto: nem o pedido nem o livro deste servidor o traz")
    return corpo


def valor_da_substituicao(documento: Copia, identidade: Identidade, contexto: Contexto) -> ValorDoAto | None:
    """Return the zero value of a copy that replaces another (X8), None if it replaces none.

    Who may do it is decided elsewhere. Raises Recusa `entrada-invalida` if the seal named is not a live one of the
    same kind of document, of the same instrument or the same pedido, or if a value is charged.
    """
    if documento.substitui is None:
        return None
    substituido = contexto.substituido
    if substituido is None:
        raise entrada_invalida(f"{CAMPO}.substitui", "não há selo vivo com este código nesta serventia")
    if substituido.tipo != identidade.tipo or not _da_mesma_origem(substituido.campos, identidade.campos):
        raise entrada_invalida(
            f"{CAMPO}.substitui", f"este selo é de outro documento ({substituido.rotulo}), que este não substitui"
        )
    fees.recusar_cobranca(documento, CAMPO, "a substituição é isenta")
    return fees.isento(f"substituição do selo {documento.substitui}: {documento.motivo}")


def selo_da_copia(
    ato: str,
    descricao: str,
    identificador: str,
    instrumento: Instrumento | None,
    valor: ValorDoAto,
    contexto: Contexto,
) -> SeloPlanejado:
    """Return the one seal of a copy, of this moment (S7)."""
    return SeloPlanejado(
        SeloNovo(
            natureza=NATUREZA,
            ato=ato,
            descricao=descricao,
            identificador=identificador,
            partes=nomes_das_partes(instrumento) if instrumento else (),
            momento=contexto.agora,
            emolumentos=valor.emolumentos,
            isento=valor.isento,
            motivo_isencao=valor.motivo,
        )
    )


def _deixou_rastro(contexto: Contexto) -> bool:
    return contexto.conhecido or contexto.minuta is not None


def _da_mesma_origem(um: dict[str, Any], outro: dict[str, Any]) -> bool:
    """Return whether two copies are of one instrument, or certidões of one pedido."""
    return any(
        um.get(campo) and outro.get(campo) and normalizar(um[campo]) == normalizar(outro[campo])
        for campo in ("instrumento", "pedido")
    )


def _conferir_com_o_livro(trazido: Instrumento, livro: LivroVivo, contexto: Contexto) -> None:
    """Raise Recusa `difere-do-livro` unless the atos and values brought are the live livro's own (S11).

    While signatures are awaited the live values are not those of the act (N11): then the values as printed hold too.
    """
    principal = trazido.atos[0].model_copy(update={"principal": True}) if len(trazido.atos) == 1 else None
    trazidos = [principal] if principal else list(trazido.atos)
    fixados = livro.instrumento.atos
    do_livro = sorted(_do_selo(selo) for selo in livro.selos)
    iguais = sorted(_do_ato(indice, ato, livro, contexto) for indice, ato in enumerate(trazidos)) == do_livro
    if not iguais and livro.assinaturas == "pendentes":
        iguais = _pelo_impresso(trazidos, contexto) == _pelo_impresso(fixados, contexto)
    if not iguais:
        mensagem = "os atos ou os valores não são os do livro impresso"
        raise Recusa(
            "difere-do-livro",
            f"{CAMPO}.instrumento.atos: {mensagem}. Mande só a referência ao instrumento, ou corrija o livro antes.",
            errors=[Campo(f"{CAMPO}.instrumento.atos", mensagem)],
        )


_Chave = tuple[bool, str, str, bool, tuple[int, ...]]


def _chave(principal: bool, ato: str, descricao: str, valor: ValorDoAto | SeloVivo) -> _Chave:
    return (
        not principal,
        ato,
        " ".join(descricao.casefold().split()),
        valor.isento,
        tuple(valor.emolumentos.to_centavos().values()),
    )


def _do_selo(selo: SeloVivo) -> _Chave:
    return _chave(selo.principal, selo.ato, selo.descricao, selo)


def _do_ato(indice: int, ato: Ato, livro: LivroVivo, contexto: Contexto) -> _Chave:
    """Return an ato brought as it is compared; a service that the livro names too is worth what it was there."""
    for fixado, selo in zip(_principal_primeiro(livro.instrumento.atos), livro.selos, strict=False):
        if ato.servico and ato.servico == fixado.servico and (ato.ato, ato.principal) == (selo.ato, selo.principal):
            return _chave(ato.principal, ato.ato, _descricao(ato, contexto), selo)
    return _sem_livro(indice, ato, contexto)


def _sem_livro(indice: int, ato: Ato, contexto: Contexto) -> _Chave:
    campo = f"{CAMPO}.instrumento.atos.{indice}"
    valor = fees.do_pedido(ato, contexto, campo)
    if valor is None:
        raise fees.falta_valor(campo)
    return _chave(ato.principal, ato.ato, _descricao(ato, contexto), valor)


def _pelo_impresso(atos: Sequence[Ato], contexto: Contexto) -> list[_Chave]:
    return sorted(_sem_livro(indice, ato, contexto) for indice, ato in enumerate(atos))


def _descricao(ato: Ato, contexto: Contexto) -> str:
    tipo = contexto.atos.get(ato.ato)
    return ato.descricao or (tipo.descricao if tipo else "")


def _principal_primeiro(atos: Sequence[Ato]) -> list[Ato]:
    return sorted(atos, key=lambda ato: not ato.principal)
