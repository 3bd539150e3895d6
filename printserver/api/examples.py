"""Examples of every request body, for the OpenAPI page. The tests send each of them to a real office.

Names, documents and numbers are invented. The fees are from the state's table.
"""

from collections.abc import Mapping

Examples = dict[str, dict[str, object]]

_FEES: Mapping[str, str] = {
    "tabeliao": "55.70",
    "estado": "15.83",
    "secretaria_fazenda": "10.83",
    "santa_casa": "0.56",
    "registro_civil": "2.93",
    "tribunal_justica": "3.82",
    "iss": "2.78",
    "ministerio_publico": "2.67",
    "total": "95.12",
}
_DEED: Mapping[str, object] = {
    "id": "P-2026-001234",
    "livro": "0123",
    "folha_inicial": "045",
    "titulo": "Escritura de venda e compra",
    "partes": [
        {"qualidade": "Outorgante", "nome": "Ana Lúcia Prado", "documento": "CPF 111.444.777-35"},
        {"qualidade": "Outorgado", "nome": "João Baptista Leão", "documento": "CPF 529.982.247-25"},
    ],
    "atos": [
        {"ato": "ES", "descricao": "Venda e compra", "principal": True, "emolumentos": dict(_FEES)},
        {"ato": "ES", "descricao": "Cessão de direitos", "emolumentos": dict(_FEES)},
    ],
    "corpo": {
        "formato": "texto",
        "conteudo": "SAIBAM quantos esta pública escritura virem que compareceram as partes acima nomeadas.\n\n"
        "Pela outorgante foi dito que vende ao outorgado o imóvel descrito, pelo preço certo e ajustado.",
    },
}


def _example(summary: str, value: Mapping[str, object]) -> dict[str, object]:
    return {"summary": summary, "value": value}


_BIRTH: Mapping[str, object] = {
    "id": "R-2026-000123",
    "especie": "nascimento",
    "acervo": "01",
    "ano": "2020",
    "livro": "14",
    "folha": "128",
    "termo": "15406",
    "data": "2020-11-20",
    "de_antes": True,
    "registrados": [{"nome": "Ana Lúcia Prado"}],
}
_TEXT: Mapping[str, str] = {
    "formato": "texto",
    "conteudo": "Compareceu a mãe e declarou o nascimento de Ana Lúcia Prado, ocorrido nesta cidade.",
}


POSTS: Examples = {
    "minuta": _example(
        "A draft: no seal", {"documento": {"tipo": "minuta", "instrumento": dict(_DEED)}, "escrevente": "admin"}
    ),
    "livro": _example(
        "The book's page: one seal per ato",
        {"documento": {"tipo": "livro", "instrumento": dict(_DEED)}, "escrevente": "admin"},
    ),
    "traslado": _example(
        "The first copy: isento, with the QR of the principal ato",
        {
            "documento": {"tipo": "traslado", "numero": 1, "instrumento": {"id": "P-2026-001234"}},
            "escrevente": "admin",
            "subscritor": "admin",
        },
    ),
    "traslado-2": _example(
        "A further copy, charged",
        {
            "documento": {
                "tipo": "traslado",
                "numero": "proximo",
                "instrumento": {"livro": "0123", "folha_inicial": "045"},
                "emolumentos": dict(_FEES),
            },
            "escrevente": "admin",
        },
    ),
    "certidao": _example(
        "A certidão of an act from before this server: only its text",
        {
            "documento": {
                "tipo": "certidao",
                "pedido": "2026/000123",
                "via": 1,
                "corpo": {
                    "formato": "html",
                    "conteudo": "<p>CERTIFICA que, revendo os livros, <b>nada consta</b>.</p>",
                },
                "emolumentos": dict(_FEES),
            },
            "escrevente": "admin",
        },
    ),
    "ficha_abertura": _example(
        "A signature card; without `gerar_selo` the office's setting decides",
        {
            "documento": {
                "tipo": "ficha_abertura",
                "ficha": "000123",
                "pessoa": {"nome": "Ana Lúcia Prado", "documento": "CPF 111.444.777-35"},
            },
            "escrevente": "admin",
        },
    ),
    "avulso": _example(
        "A document that is never sealed: any number of copies",
        {
            "documento": {
                "tipo": "avulso",
                "natureza": 2,
                "id": "REQ-2026-000045",
                "corpo": {
                    "formato": "texto",
                    "conteudo": "REQUERIMENTO\n\nAna Lúcia Prado requer a busca do assento de nascimento de seu pai.",
                },
            },
            "escrevente": "admin",
            "copias": 2,
        },
    ),
    "assento": _example(
        "The page of an assento: its code, no QR",
        {
            "documento": {
                "tipo": "assento",
                "natureza": 2,
                "assento": {**_BIRTH, "motivo_data": "impresso de novo em livro restaurado", "corpo": dict(_TEXT)},
            },
            "escrevente": "admin",
        },
    ),
    "certidao-2": _example(
        "A certidão of Registro Civil by its text, with one charged averbação",
        {
            "documento": {
                "tipo": "certidao",
                "natureza": 2,
                "pedido": "2026/000777",
                "especie": "inteiro-teor",
                "assento": {"id": "R-2026-000123"},
                "corpo": dict(_TEXT),
                "averbacoes_anotacoes": [
                    {"tipo": "averbacao", "data": "2024-03-10", "texto": "Averba-se a retificação do nome da mãe."}
                ],
                "averbacoes": 1,
                "servico": "certidao-inteiro-teor",
            },
            "escrevente": "admin",
        },
    ),
    "habilitacao": _example(
        "The first piece of a habilitação that is paid makes its seal",
        {
            "documento": {
                "tipo": "habilitacao",
                "natureza": 2,
                "processo": "55/2026",
                "peca": "capa",
                "situacao": "paga",
                "contraentes": ["Conceição Gonçalves", "Antônio José de Araújo"],
                "servico": "habilitacao",
            },
            "escrevente": "admin",
        },
    ),
    "edital": _example(
        "The own edital shows the habilitação's code",
        {
            "documento": {
                "tipo": "edital",
                "natureza": 2,
                "id": "E-2026-55",
                "origem": "propria",
                "processo": "55/2026",
                "corpo": {"formato": "texto", "conteudo": "Faço saber que pretendem se casar os contraentes acima."},
            },
            "escrevente": "admin",
        },
    ),
    "averbacao": _example(
        "A marginal note at its place on the leaf, in mm",
        {
            "documento": {
                "tipo": "averbacao",
                "natureza": 2,
                "id": "AV-2026-9",
                "assento": {"id": "R-2026-000123"},
                "especie": "averbacao",
                "onde": "margem",
                "lugar": {"x": 150, "y": 40, "largura": 60},
                "corpo": {"formato": "texto", "conteudo": "Averba-se a retificação do nome da mãe."},
                "servico": "averbacao",
            },
            "escrevente": "admin",
        },
    ),
    "procedimento": _example(
        "A proceeding before the registrar",
        {
            "documento": {
                "tipo": "procedimento",
                "natureza": 2,
                "processo": "12/2026",
                "especie": "retificacao",
                "corpo": {"formato": "texto", "conteudo": "Defiro a retificação do nome da mãe no assento."},
                "servico": "procedimento",
            },
            "escrevente": "admin",
        },
    ),
}
XA: Examples = {
    "sim": _example(
        "Yes: the paper is in hand, exclude and print anew",
        {"confirma": True, "escrevente": "admin", "motivo": "Papel amassado na impressora", "papel_em_maos": True},
    ),
    "nao": _example("No: nothing changes", {"confirma": False, "escrevente": "admin", "motivo": "Engano"}),
}
SELO: Examples = {"sim": _example("With a seal", {"gerar": True, "escrevente": "admin"})}
FOLHAS: Examples = {
    "uma-estragada": _example(
        "Page 1 was spoiled: print it again",
        {
            "escrevente": "admin",
            "motivo": "Folha rasgada",
            "paginas": [{"pagina": 1, "estado": "inutilizada"}],
            "imprimir": "1",
        },
    )
}
RESEND: Examples = {
    "nada-saiu": _example(
        "Nothing came out: all again", {"escrevente": "admin", "motivo": "A impressora estava desligada"}
    )
}
CANCEL: Examples = {"desistiu": _example("Not wanted any more", {"escrevente": "admin", "motivo": "A parte desistiu"})}
EXCLUDE: Examples = {
    "ato-desfeito": _example(
        "The act was not done: exclude its seals",
        {"escrevente": "admin", "motivo": "Ato não se concluiu", "papel_em_maos": True},
    )
}
PAPER: Examples = {
    "proximo": _example(
        "The next sheet is A0000012; one was spoiled",
        {"proximo": "A0000012", "inutilizados": ["A0000011"], "escrevente": "admin"},
    )
}
LOTS: Examples = {
    "caixa": _example("A box of 500 sheets", {"de": "A0000001", "ate": "A0000500", "escrevente": "admin"})
}
REPORTS: Examples = {
    "agora": _example("Report what waits, now", {}),
}
STANDALONE_SELO: Examples = {
    "apostila": _example(
        "An act without a print",
        {"natureza": 1, "ato": "ES", "identificador": "ATA-2026-17", "emolumentos": dict(_FEES), "escrevente": "admin"},
    ),
}
RECTIFICATION: Examples = {
    "valor": _example(
        "A wrong value", {"emolumentos": dict(_FEES), "motivo": "valor digitado errado", "escrevente": "admin"}
    ),
}
XA_OF_SELO: Examples = {
    "xa": _example("Exclude one seal", {"motivo": "selo feito em duplicidade", "escrevente": "admin"}),
}
RECORD_EXCLUSION: Examples = {
    "marcados": _example(
        "Exclude the marked seals of a record",
        {
            "selos": ["1234562CE000000000000126J"],
            "motivo": "certidão impressa com erro",
            "escrevente": "admin",
            "papel_em_maos": True,
        },
    ),
}
EXCHANGE: Examples = {
    "crc": _example(
        "A certidão in breve relato for the exchange",
        {
            "canal": "crc",
            "codigo_hash": "4F1C9A",
            "especie": "breve-relato",
            "assento": dict(_BIRTH),
            "campos": {
                "nome_registrado": "Ana Lúcia Prado",
                "cpf_registrado": "529.982.247-25",
                "data_nascimento": "2020-11-18",
                "hora_nascimento": "10:20",
                "naturalidade": {"municipio": "São Paulo", "uf": "SP"},
                "local_nascimento": {"local": "Hospital São José", "municipio": "São Paulo", "uf": "SP"},
                "sexo": "feminino",
                "genitores": [{"nome": "Maria Prado", "municipio_nascimento": "Campinas", "uf": "SP"}],
                "data_registro": "2020-11-20",
                "numero_dnv": "30-12345678-9",
            },
            "servico": "certidao-breve-relato",
            "entrega": "arquivo",
            "previa": False,
            "escrevente": "admin",
        },
    ),
}
EXCHANGE_OUTCOME: Examples = {
    "enviada": _example("It was sent", {"estado": "enviada", "retorno": "00000", "escrevente": "admin"}),
}
DESTINATION: Examples = {
    "retirada": _example("It was collected", {"destino": "retirada", "por": "Ana Lúcia Prado", "escrevente": "admin"}),
    "descartada": _example(
        "Nobody collected it in time",
        {"destino": "descartada", "motivo": "não retirada em 90 dias", "escrevente": "admin"},
    ),
}
VINCULOS: Examples = {
    "vinculo": _example(
        "One vinculador, its vinculados",
        {
            "vinculador": "1234561ES0000000000001262",
            "vinculados": ["1234561CE000000000000126K"],
            "escrevente": "admin",
        },
    ),
}
SIGNATURES: Examples = {
    "pendentes": _example(
        "Not all have signed yet", {"estado": "pendentes", "primeira": "2026-11-20", "escrevente": "admin"}
    ),
}
CARTA: Examples = {
    "carta": _example(
        "A carta de sentença with a new certidão",
        {
            "identificador": "CS-2026-3",
            "data": None,
            "certidao": {"emolumentos": dict(_FEES)},
            "autenticacoes": [],
            "escrevente": "admin",
        },
    ),
}
COUNTER_ATO: Examples = {
    "autenticacao": _example(
        "An autenticação with its paper seal",
        {"ato": "AU", "papel": "AU0371AJ 0979007", "emolumentos": dict(_FEES), "escrevente": "admin"},
    ),
}
REVERSAL: Examples = {
    "estorno": _example("The paper was torn", {"motivo": "papel rasgado", "escrevente": "admin"}),
}
LOAD: Examples = {
    "carga": _example("The load of a day", {"data": "2026-11-20", "escrevente": "admin"}),
}
HIBRIDOS: Examples = {
    "faixa": _example(
        "A range by hand",
        {
            "ato": "AU",
            "serie": "0371AJ",
            "de": 1,
            "ate": 20,
            "data": "2026-11-20",
            "emolumentos": dict(_FEES),
            "escrevente": "admin",
        },
    ),
}
SPOILED: Examples = {
    "inutilizados": _example(
        "Void paper seals",
        {
            "ato": "AU",
            "serie": "0371AJ",
            "de": 31,
            "ate": 32,
            "data": "2026-11-20",
            "motivo": "folha molhada",
            "escrevente": "admin",
        },
    ),
}
REPORTED: Examples = {
    "outro-programa": _example(
        "Reported by another program, before the office moved",
        {
            "ato": "AU",
            "serie": "0371AJ",
            "de": 900000,
            "ate": 979000,
            "motivo": "comunicados pelo programa anterior",
            "escrevente": "admin",
        },
    ),
}
DIARIO: Examples = {
    "fotocopia": _example(
        "The day's fotocópias so far",
        {"tipo": "fotocopia", "data": "2026-11-20", "total": "12.50", "iss": "0.25", "escrevente": "admin"},
    ),
    "servicos": _example(
        "The day's autenticações digitais by service and number (D3)",
        {
            "tipo": "cenad",
            "data": "2026-11-20",
            "servicos": [{"servico": "certidao-notas", "quantidade": 3}],
            "escrevente": "admin",
        },
    ),
}
COMPARISON: Examples = {
    "tribunal": _example("Ask the court", {"de": "2026-11-01", "ate": "2026-11-30"}),
    "arquivo": _example(
        "A list that was saved before",
        {
            "de": "2026-11-20",
            "ate": "2026-11-20",
            "lista": {
                "formato": "csv",
                "conteudo": "selo;data;total\n1234561ES0000000000001262;20/11/2026;95,12\n",
            },
        },
    ),
}
