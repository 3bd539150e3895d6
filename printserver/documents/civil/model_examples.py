"""Example values of every field of the models; names and numbers are invented."""

from collections.abc import Mapping
from typing import Final

from printserver.common.data import JsonObject
from printserver.documents.civil.fields import Especie
from printserver.documents.civil.frames import cpf_in_groups
from printserver.documents.fields import cpf_check_digits


def _example_cpf(base: str) -> str:
    return cpf_in_groups(base + cpf_check_digits(base))


_MATERNITY: Final = {"local": "Maternidade Exemplo", "municipio": "São Paulo", "uf": "SP"}
_PARENTS: Final = [
    {
        "nome": "Maria da Conceição Exemplo",
        "municipio_nascimento": "Campinas",
        "uf": "SP",
        "avos": ["José Exemplo", "Ana Exemplo"],
    },
    {
        "nome": "Antônio José Exemplo",
        "municipio_nascimento": "Belém",
        "uf": "PA",
        "avos": ["Pedro Exemplo", "Tereza Exemplo"],
    },
]
_NOTED: Final = [
    {
        "tipo": "RG",
        "numero": "12.345.678-9",
        "data_expedicao": "2025-03-10",
        "orgao": "SSP/SP",
        "validade": "2035-03-10",
    }
]
_BIRTH: Final = {
    "nome_registrado": "João Exemplo da Conceição",
    "cpf_registrado": _example_cpf("123456789"),
    "data_nascimento": "2025-11-20",
    "hora_nascimento": "14:30",
    "naturalidade": {"municipio": "São Paulo", "uf": "SP"},
    "municipio_registro": {"municipio": "São Paulo", "uf": "SP"},
    "local_nascimento": _MATERNITY,
    "sexo": "masculino",
    "genitores": _PARENTS,
    "gemeo": {"nome": "Paulo Exemplo da Conceição", "matricula": None},
    "data_registro": "2025-11-27",
    "numero_dnv": "30-12345678-9",
    "anotacoes_cadastro": _NOTED,
}
_DEATH: Final = {
    "data_falecimento": "2025-11-20",
    "hora": "03:15",
    "cor": "parda",
    "causa_morte": "insuficiência respiratória aguda; pneumonia",
    "medico": {"nome": "Carlos Exemplo", "documento": "CRM/SP 123456"},
    "sepultamento": {"local": "Cemitério Exemplo", "municipio": "São Paulo", "uf": "SP"},
    "declarante": "Ana Exemplo, filha",
}


def _example_spouse(nome: str, now: str, cpf: str, town_of_birth: str, uf: str) -> JsonObject:
    return {
        "nome_atual": now,
        "cpf": _example_cpf(cpf),
        "nome_na_habilitacao": nome,
        "data_nascimento": "1998-05-01",
        "nacionalidade": "brasileira",
        "estado_civil": "solteira" if nome.startswith("Ana") else "solteiro",
        "municipio_nascimento": town_of_birth,
        "uf": uf,
        "genitores": _PARENTS,
        "anotacoes_cadastro": _NOTED,
    }


EXAMPLES: Final[Mapping[Especie, JsonObject]] = {
    "nascimento": _BIRTH,
    "casamento": {
        "conjuges": [
            _example_spouse("Ana Exemplo", "Ana Exemplo da Conceição", "123456789", "Santos", "SP"),
            _example_spouse("Pedro Exemplo", "Pedro Exemplo", "987654321", "Belém", "PA"),
        ],
        "data_celebracao": "2025-11-20",
        "regime_bens": "comunhão parcial de bens",
        "data_registro": "2025-11-20",
    },
    "obito": {
        "nome_falecido": "Antônio José Exemplo",
        "cpf": _example_cpf("123456789"),
        **_DEATH,
        "local": {"local": "Hospital Exemplo", "municipio": "São Paulo", "uf": "SP"},
        "sexo": "masculino",
        "estado_civil": "casado",
        "ultimo_conjuge": "Maria da Conceição Exemplo",
        "idade": "81 anos",
        "data_nascimento": "1944-02-29",
        "municipio_nascimento": "Belém",
        "uf": "PA",
        "genitores": _PARENTS,
        "residencia": "Rua do Exemplo, 10, São Paulo – SP",
        "documento_identificacao": "RG 12.345.678-9 SSP/SP",
        "eleitor": "sim",
        "matricula_nascimento": None,
        "data_registro": "2025-11-21",
        "bens": "deixou bens",
        "filhos": "deixou uma filha, Ana, maior",
        "anotacoes_cadastro": _NOTED,
    },
    "natimorto": {
        **{name: value for name, value in _BIRTH.items() if name not in ("cpf_registrado", "gemeo")},
        **_DEATH,
        "idade": "36 semanas",
    },
    "outros": {"nomes": ["João Exemplo da Conceição"], "cpf": _example_cpf("123456789")},
}
"""The fields of an invented certidão of each especie."""
