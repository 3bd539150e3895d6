"""Documents of Registro Civil for tests: an ASSENTO of each especie and the six kinds, on numbers of their own."""

from typing import Any

from support.office import SHORT

_TYPES = {"nascimento": 1, "casamento": 2, "casamento-religioso": 3, "obito": 4, "natimorto": 5, "livro-e": 7}
VALUE = {"servico": "certidao-breve-relato"}


def assento(n: int, especie: str = "nascimento", **more: Any) -> dict[str, Any]:
    """Return an ASSENTO: termo `n` of livro 14, folha 128, of today."""
    found: dict[str, Any] = {
        "id": f"R-{n:06}",
        "especie": especie,
        "acervo": "01",
        "ano": "2026",
        "livro": "14",
        "folha": "128",
        "termo": str(n),
        "data": "2026-11-20",
        "registrados": [{"nome": "Ana Lúcia de Assunção"}],
        "corpo": SHORT,
    }
    if especie.startswith("casamento"):
        found["registrados"] = [{"nome": "Ana Lúcia Prado"}, {"nome": "João Cândido Sá"}]
    if especie == "livro-e":
        found["ato_livro_e"] = "Emancipação"
    return found | more


def page(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the page of an assento in its livro."""
    return {"tipo": "assento", "natureza": 2, "assento": of, **more}


def certidao(n: int, especie: str = "breve-relato", **more: Any) -> dict[str, Any]:
    """Return a certidão by its text; its assento, value and other needs are the caller's."""
    return {
        "tipo": "certidao",
        "natureza": 2,
        "pedido": f"2026/{n:06}",
        "especie": especie,
        "corpo": {"formato": "texto", "conteudo": "Certifico que consta o assento de nascimento de Ana Lúcia."},
        **more,
    }


def first(n: int, of: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return the first certidão (PV) of an assento."""
    return certidao(n, "primeira-via", assento=of, **more)


def habilitacao(processo: str, peca: str = "capa", situacao: str = "paga", **more: Any) -> dict[str, Any]:
    """Return a piece of a habilitação; a paid one with its value."""
    value = {"servico": "habilitacao"} if situacao == "paga" else {}
    if situacao == "gratuita":
        value = {"isento": True, "fundamento": "declaracao"}
    return {
        "tipo": "habilitacao",
        "natureza": 2,
        "processo": processo,
        "peca": peca,
        "situacao": situacao,
        "contraentes": ["Ana Lúcia Prado", "João Cândido Sá"],
        "corpo": SHORT,
        **value,
        **more,
    }


def edital(number: str, origem: str = "outra", **more: Any) -> dict[str, Any]:
    """Return an edital de proclamas."""
    found: dict[str, Any] = {"tipo": "edital", "natureza": 2, "id": number, "origem": origem, "corpo": SHORT}
    if origem == "outra":
        found["serventia_origem"] = {"cns": "654321", "nome": "RCPN de Campinas", "cidade": "Campinas", "uf": "SP"}
        found["servico"] = "edital-de-fora"
    return found | more


def averbacao(number: str, assento_id: str, especie: str = "averbacao", **more: Any) -> dict[str, Any]:
    """Return a marginal note of an assento."""
    value = {"servico": "averbacao"} if especie == "averbacao" else {}
    return {
        "tipo": "averbacao",
        "natureza": 2,
        "id": number,
        "assento": {"id": assento_id},
        "especie": especie,
        "onde": "margem",
        "corpo": {"formato": "texto", "conteudo": "Averbação: divórcio decretado em 3 de março de 2026."},
        **value,
        **more,
    }
