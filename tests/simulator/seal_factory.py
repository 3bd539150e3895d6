"""Seals as they go over the wire, made by an office of this test alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from printserver.selo import (
    Certificate,
    Emolumentos,
    NewSelo,
    hibrido_informacao,
    issue_selo,
    parse_reais,
    sequential_informacao,
)
from support.office import FEES, Clock

DEFAULT_FEES = Emolumentos(**{nome: parse_reais(valor) for nome, valor in FEES.items()})


def higher_fees(reais: str = "1.00") -> Emolumentos:
    """Return another value than `DEFAULT_FEES`."""
    return DEFAULT_FEES + Emolumentos(Decimal(reais), *[Decimal("0.00")] * 7)


@dataclass
class SealFactory:
    """Makes the seals of an office; every one has a number of its own."""

    cns: str
    certificado: Certificate
    clock: Clock
    numeros: Any = field(default_factory=lambda: count(1))

    def item(
        self,
        ato: str = "ES",
        *,
        fees: Emolumentos = DEFAULT_FEES,
        moment: datetime | None = None,
        retifica: str | None = None,
        informacao: str | None = None,
        identifier: str = "P-2026-000001",
        iss_a_parte: bool = False,
        **over: Any,
    ) -> dict[str, Any]:
        """Return one seal of natureza 1; `over` writes over what goes beside the registro, or the registro."""
        new_selo = NewSelo(
            natureza=1,
            ato=ato,
            descricao=ato,
            identificador=identifier,
            partes=("Ana de Assunção", "Bruno Lima"),
            momento=moment or self.clock(),
            emolumentos=fees,
            isento=fees.isento_total,
            motivo_isencao="gratuidade" if fees.isento_total else None,
            retifica=retifica,
            iss_a_parte=iss_a_parte,
        )
        numero = informacao or sequential_informacao(next(self.numeros))
        made = issue_selo(new_selo, cns=self.cns, informacao=numero, certificate=self.certificado)
        self.qr = made.qr_url
        return {
            "selo": made.codigo,
            "registro": made.registro,
            "natureza": 1,
            "ato": ato,
            "isento": new_selo.isento,
            "motivoIsencao": new_selo.motivo_isencao,
            "vinculador": None,
            "autor": "maria",
        } | over

    def xa(self, of: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """Return the XA of a seal."""
        return self.item("XA", fees=Emolumentos.zero(), retifica=of["selo"], **more)

    def hibrido(self, numero: int, serie: str = "0371AJ", **more: Any) -> dict[str, Any]:
        """Return the seal of a numbered paper seal (S4)."""
        more = {"identifier": "selo de papel"} | more
        return self.item("AU", informacao=hibrido_informacao(serie, numero), **more)

    def with_line(self, item: Mapping[str, Any], **changed: str) -> dict[str, Any]:
        """Return `item` with fields of its registro (by number: `f13="1"`) changed, and signed again."""
        fields = item["registro"].split("|")[:-1]
        for nome, value in changed.items():
            fields[int(nome[1:])] = value
        text = "|".join(fields) + "|"
        return {**item, "registro": text + self.certificado.sign(text)}
