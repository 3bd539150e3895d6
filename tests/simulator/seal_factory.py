"""Seals as they go over the wire, made by an office of this test alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from printserver.selo import (
    Certificado,
    Emolumentos,
    SeloNovo,
    emitir,
    informacao_hibrida,
    informacao_sequencial,
    parse_reais,
)
from support.office import FEES, Clock

VALOR = Emolumentos(**{nome: parse_reais(valor) for nome, valor in FEES.items()})


def mais_caro(reais: str = "1.00") -> Emolumentos:
    """Return another value than `VALOR`."""
    return VALOR + Emolumentos(Decimal(reais), *[Decimal("0.00")] * 7)


@dataclass
class Fabrica:
    """Makes the seals of an office; every one has a number of its own."""

    cns: str
    certificado: Certificado
    clock: Clock
    numeros: Any = field(default_factory=lambda: count(1))

    def item(
        self,
        ato: str = "ES",
        *,
        fees: Emolumentos = VALOR,
        momento: datetime | None = None,
        retifica: str | None = None,
        informacao: str | None = None,
        identificador: str = "P-2026-000001",
        iss_a_parte: bool = False,
        **over: Any,
    ) -> dict[str, Any]:
        """Return one seal of natureza 1; `over` writes over what goes beside the registro, or the registro."""
        novo = SeloNovo(
            natureza=1,
            ato=ato,
            descricao=ato,
            identificador=identificador,
            partes=("Ana de Assunção", "Bruno Lima"),
            momento=momento or self.clock(),
            emolumentos=fees,
            isento=fees.isento_total,
            motivo_isencao="gratuidade" if fees.isento_total else None,
            retifica=retifica,
            iss_a_parte=iss_a_parte,
        )
        numero = informacao or informacao_sequencial(next(self.numeros))
        made = emitir(novo, cns=self.cns, informacao=numero, certificado=self.certificado)
        self.qr = made.qr_url
        return {
            "selo": made.codigo,
            "registro": made.registro,
            "natureza": 1,
            "ato": ato,
            "isento": novo.isento,
            "motivoIsencao": novo.motivo_isencao,
            "vinculador": None,
            "autor": "maria",
        } | over

    def xa(self, of: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Return the XA of a seal."""
        return self.item("XA", fees=Emolumentos.zero(), retifica=of["selo"], **more)

    def hibrido(self, numero: int, serie: str = "0371AJ", **more: Any) -> dict[str, Any]:
        """Return the seal of a numbered paper seal (S4)."""
        more = {"identificador": "selo de papel"} | more
        return self.item("AU", informacao=informacao_hibrida(serie, numero), **more)

    def linha(self, item: Mapping[str, Any], **mudado: str) -> dict[str, Any]:
        """Return `item` with fields of its registro (by number: `f13="1"`) changed, and signed anew."""
        campos = item["registro"].split("|")[:-1]
        for nome, valor in mudado.items():
            campos[int(nome[1:])] = valor
        texto = "|".join(campos) + "|"
        return {**item, "registro": texto + self.certificado.assinar(texto)}
