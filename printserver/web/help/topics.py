"""What each screen is for and the rule behind it, shown under *?* on the screen, with a link into the guide.

Every screen that a person opens has a topic; a test checks it, the rules that it names and the place in the guide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Topic:
    """Help of one screen: its purpose, the rule behind it in words, the rules' numbers, and where the guide tells more.

    `guia` is `chapter#section` of the guide.
    """

    para_que: str
    regra: str
    numeros: tuple[str, ...]
    guia: str


_XA = "O que foi selado não se imprime duas vezes sem que os selos sejam excluídos (XA), por alguém com nome e motivo."
_TERM = "Cada selo é comunicado ao tribunal em 24 horas; o que ele recusa é corrigido, nunca apagado."
_NAME = "Cada um age com o próprio nome, e tudo fica registrado com quem e quando."
_PAPER = "Cada folha numerada é contada: usada, inutilizada ou em estoque. Nenhum número se repete nem some."
_LINK = "Os selos de um ato são vinculados ao do ato principal, e o QR leva a ele."
_MONEY = "O valor é a soma exata das parcelas da tabela em vigor no dia do ato."

TOPICS: Final[Mapping[str, Topic]] = {
    "hoje": Topic(
        "O que espera por alguém, as últimas impressões e o dia em uma linha.", _NAME, ("A1",), "nas-telas#hoje"
    ),
    "procurar": Topic(
        "Acha por nome, livro e folha, selo ou parte dele, QR, pedido e número de papel.",
        "Só se guardam título e partes pelo prazo da serventia; os selos ficam para sempre.",
        ("A3",),
        "nas-telas#procurar",
    ),
    "impressoes": Topic(
        "As impressões de qualquer dia, com a situação de cada uma.", _XA, ("X1",), "nas-telas#os-documentos"
    ),
    "trabalho": Topic(
        "Uma impressão: se vale, o que pode ser feito, os selos, o que houve e as páginas.",
        _XA,
        ("X1", "X9"),
        "nas-telas#o-que-cada-situacao-quer-dizer",
    ),
    "pergunta": Topic(
        "Decidir se os selos de antes são excluídos e o documento é impresso de novo; ou se a ficha leva selo.",
        _XA,
        ("X1", "X2", "X4", "N9"),
        "nas-telas#ja-foi-impresso-excluir-os-selos-e-imprimir-de-novo",
    ),
    "reenviar": Topic(
        "Mandar de novo à impressora o que não saiu, com os mesmos selos.",
        "Só se nada saiu: uma folha que saiu é informada folha por folha.",
        ("X5",),
        "nas-telas#o-que-cada-situacao-quer-dizer",
    ),
    "cancelar": Topic(
        "Desistir de uma impressão que ainda não saiu.",
        "O que já foi selado continua selado até que os selos sejam excluídos.",
        ("X5",),
        "nas-telas#o-que-cada-situacao-quer-dizer",
    ),
    "folhas": Topic(
        "Informar o que saiu bom, o que se estragou e o que não saiu; só o que falta é impresso.",
        "Uma folha boa não se imprime outra vez; a estragada fica registrada com o número do papel.",
        ("X5", "P5"),
        "nas-telas#a-fila-de-papel-numerado-parou",
    ),
    "substituir": Topic(
        "Trocar um documento que já saiu do cartório com erro, com selo novo.",
        "Só o tabelião ou o substituto, com motivo; o selo novo diz qual substitui.",
        ("X8",),
        "nas-telas#substituir-um-documento-ja-entregue",
    ),
    "copia_judicial": Topic(
        "Certidão ou traslado pedido por ordem judicial.",
        "Sem valor, com o número do processo; cada um com o seu selo.",
        ("N5",),
        "nas-telas#substituir-um-documento-ja-entregue",
    ),
    "assinar": Topic(
        "Dizer que faltam assinaturas, e depois que todos assinaram; os valores são ajustados.",
        "Um terço na primeira assinatura, o resto quando todas estão; 30 dias.",
        ("N11",),
        "assinaturas-em-dias-diferentes",
    ),
    "assinaturas": Topic(
        "Os instrumentos que esperam por assinaturas, com o prazo.",
        "Passados 30 dias, fica o terço.",
        ("N11",),
        "assinaturas-em-dias-diferentes",
    ),
    "balcao": Topic(
        "Registrar os atos do balcão: reconhecimentos, autenticações, com o número do selo de papel.",
        "Cada selo de papel é comunicado como o digital, em 24 horas.",
        ("H1", "H2"),
        "balcao#registrar",
    ),
    "estorno": Topic(
        "Desfazer um ato do balcão registrado por engano.",
        "O número volta a ser o que o papel é: não usado, ou inutilizado.",
        ("H4",),
        "balcao#estornar",
    ),
    "conferencia": Topic(
        "Conferir os atos do dia e carregá-los para o tribunal.",
        "A carga é feita no mesmo dia, por uma pessoa.",
        ("H2",),
        "balcao#conferencia-e-carga",
    ),
    "controle": Topic("Os números de cada série: usados, inutilizados, em falta.", _PAPER, ("H4",), "balcao#controle"),
    "faixa": Topic("Registrar de uma vez uma faixa de selos de papel.", _PAPER, ("H3",), "balcao#faixa-a-mao"),
    "numeros": Topic("Dizer o que houve com números que faltam.", _PAPER, ("H4",), "balcao#controle"),
    "diarios": Topic(
        "O selo do dia das fotocópias e da CENAD.",
        "Um selo por dia, com o total e a quantidade do dia.",
        ("D1",),
        "balcao#selos-do-dia",
    ),
    "selos": Topic(
        "Procurar selos por código, livro, folha, dia, valor e estado no tribunal.", _TERM, ("T5",), "selos#procurar"
    ),
    "selos_totais": Topic("A soma dos selos de um período, por ato e por parcela.", _MONEY, ("S9",), "selos#exportar"),
    "comparar": Topic(
        "Comparar os selos do servidor com a lista do tribunal.",
        "O que um tem e o outro não tem é mostrado; nada muda sozinho.",
        ("T5",),
        "selos#comparar-com-o-tribunal",
    ),
    "selo_novo": Topic("Fazer um selo sem impressão.", _MONEY, ("S9", "S10"), "selos#fazer-a-mao"),
    "vinculos": Topic("Vincular selos feitos ao de um ato.", _LINK, ("R4",), "selos#fazer-a-mao"),
    "carta_de_sentenca": Topic(
        "Os selos de uma carta de sentença e os seus vínculos.", _LINK, ("N10",), "selos#fazer-a-mao"
    ),
    "selo": Topic(
        "Um selo: valor, estado no tribunal, o que foi feito com ele, a cadeia e o QR.",
        _TERM,
        ("T1", "R1"),
        "selos#a-pagina-do-selo",
    ),
    "retificar": Topic(
        "Corrigir o que o selo diz: data, ato, identificador ou valor.",
        "O retificador toma o lugar do selo; o papel não muda. Cada um tem o seu prazo.",
        ("R1", "R2"),
        "selos#em-dois-passos",
    ),
    "excluir_selo": Topic("Mandar o tribunal desconsiderar um ato.", _XA, ("X2", "X4"), "selos#em-dois-passos"),
    "gratuidades": Topic(
        "Os atos gratuitos de um mês, por fundamento.",
        "O fundamento fica no selo, e em nenhum papel.",
        ("C13", "C24"),
        "registro-civil",
    ),
    "registro": Topic(
        "Os selos de um registro, e a exclusão dos marcados.",
        _XA,
        ("C21",),
        "registro-civil#selo-digital-os-selos-de-um-registro",
    ),
    "central": Topic(
        "As certidões para a central: o arquivo e se chegou.",
        "Um pedido da central tem um selo, mesmo pedido duas vezes.",
        ("C22",),
        "registro-civil#certidoes-para-a-central-crc",
    ),
    "certidoes": Topic(
        "As certidões prontas que ninguém retirou.",
        "Retirada ou inutilizada, com nome e dia.",
        ("C24",),
        "registro-civil#certidoes-a-retirar",
    ),
    "certidao": Topic(
        "Dizer quem retirou a certidão, ou que foi inutilizada.",
        _NAME,
        ("C24",),
        "registro-civil#certidoes-a-retirar",
    ),
    "tribunal": Topic("O que o tribunal espera, recusou e avisou.", _TERM, ("T1", "T2"), "tribunal"),
    "mandar": Topic("Mandar de novo o que o tribunal recusou.", _TERM, ("T2",), "tribunal"),
    "papel": Topic(
        "As filas e o papel numerado de cada uma; receber papel, dizer a próxima folha.",
        _PAPER,
        ("P5",),
        "nas-telas#o-que-a-fila-diz",
    ),
    "papel_mes": Topic(
        "O papel numerado de um mês: recebido, usado, inutilizado, em falta.",
        _PAPER,
        ("P5", "C24"),
        "nas-telas#a-fila-de-papel-numerado-parou",
    ),
    "conta": Topic(
        "A sua senha, o segundo fator, o PIN e as suas entradas abertas.", _NAME, ("A1", "A5"), "nas-telas#minha-conta"
    ),
    "segundo_fator": Topic(
        "Um código do celular, pedido depois da senha.",
        "Quem responde pela serventia, e quem cuida da máquina, entra com dois fatores.",
        ("A5",),
        "nas-telas#minha-conta",
    ),
    "ajustes": Topic("O que se ajusta na serventia.", _NAME, ("A1",), "cuidar-do-servidor"),
    "pessoas": Topic(
        "Quem trabalha aqui, com que papel.",
        "Quem saiu não entra mais, já; o que fez continua com o seu nome.",
        ("A1", "A5"),
        "cuidar-do-servidor#pessoas-e-chaves",
    ),
    "papeis": Topic(
        "O que cada papel pode ver e fazer.",
        "O administrador não responde à pergunta de reimpressão nem muda valores.",
        ("A5",),
        "cuidar-do-servidor#pessoas-e-chaves",
    ),
    "chaves": Topic(
        "As chaves com que os programas mandam imprimir.",
        "Cada programa tem a sua; revogada, para já.",
        ("A2", "A5"),
        "cuidar-do-servidor#chaves-dos-programas",
    ),
    "copias": Topic(
        "Onde estão as cópias, de quando são, e a prova de que voltam.",
        "São cifradas aqui, com uma chave que só a serventia tem, e ensaiadas uma vez por mês.",
        ("B1", "B4"),
        "copias-e-restauracao#copias",
    ),
    "restauracao": Topic(
        "Os passos de uma serventia recuperada até que volte a selar.",
        "Os números só andam para a frente, além de tudo o que espelho, tribunal e papel mostram.",
        ("B3",),
        "copias-e-restauracao#recuperar",
    ),
    "incidentes": Topic(
        "O que falhou no servidor, os prazos das normas e a causa de cada falha.",
        "O incidente abre sozinho; só uma pessoa o fecha, com o nome e a causa.",
        ("A3",),
        "vigiar-o-servidor#incidentes",
    ),
    "conformidade": Topic(
        "O relatório do que as normas pedem e do que o servidor mede.",
        "O que é da própria serventia fica em aberto: o programa não o dá por feito.",
        ("A3",),
        "vigiar-o-servidor#conformidade",
    ),
    "primeiro_dia": Topic(
        "Os passos de uma serventia vazia até a primeira impressão.",
        "Um passo está feito quando o servidor o vê feito.",
        ("A5",),
        "cuidar-do-servidor#primeiro-dia",
    ),
    "fechamento": Topic(
        "O que houve no dia, conferido com o caixa e assinado por quem responde.",
        "A soma do dia é a dos selos que valem; o que muda depois da assinatura é dito.",
        ("A4", "S9"),
        "fechamento#o-dia",
    ),
    "fechamento_mes": Topic(
        "O mês: a soma dos dias, quais estão assinados, e os gráficos com as tabelas.",
        "A soma do mês é a dos seus dias.",
        ("S9",),
        "fechamento#o-mes",
    ),
    "correicao": Topic(
        "Um PDF de tudo o que está registrado de um selo, de uma impressão ou de um ato.",
        "O registro prova a si mesmo: cada linha leva o hash da anterior.",
        ("A3", "A6"),
        "auditoria-e-correicao#correicao",
    ),
    "auditoria": Topic(
        "Tudo o que foi feito, por quem e de onde, com as exceções à parte.",
        "Nada do que foi registrado se muda nem se apaga.",
        ("A3", "A4", "A5"),
        "auditoria-e-correicao#auditoria",
    ),
    "auditoria_conferir": Topic(
        "Conferir o registro, linha por linha, com o que ele diz dos selos e das impressões.",
        "O registro prova a si mesmo: cada linha leva o hash da anterior.",
        ("A6",),
        "auditoria-e-correicao#conferir-o-registro",
    ),
    "servicos": Topic(
        "O que cada serviço custa, parcela por parcela, e desde quando.",
        "Vale o valor da versão em vigor no dia do ato; a de antes fica para os atos do seu tempo.",
        ("S9", "C5"),
        "servicos-valores-e-atos",
    ),
    "atos": Topic(
        "Os códigos de ato do tribunal, e o que ainda falta conferir.",
        "Um código a confirmar não sela numa serventia de verdade.",
        ("S10",),
        "servicos-valores-e-atos",
    ),
    "ajuste_filas": Topic(
        "As impressoras e pastas: acrescentar, provar, deslocar, dizer a reserva e o papel numerado.",
        "A fila não guarda nem repete o que imprimiu; cada bandeja tem o seu deslocamento, medido na página de teste.",
        ("X5", "P7", "P5"),
        "cuidar-do-servidor#filas",
    ),
    "certificado": Topic(
        "O certificado que assina os selos: de quem é, até quando vale, e como pôr outro.",
        "É experimentado antes de valer, e trocado sem parar o servidor; o antigo fica guardado.",
        ("S6", "T4"),
        "cuidar-do-servidor#certificado",
    ),
    "ajuste_tribunal": Topic(
        "O endereço do tribunal e quando se comunica.", _TERM, ("T1",), "tribunal#quando-se-envia"
    ),
    "ajuste_avisos": Topic(
        "O servidor de e-mail, e quem recebe que aviso.", _TERM, ("T1", "T4"), "tribunal#avisos-por-e-mail"
    ),
    "configuracao": Topic("Todas as opções da serventia, com o valor de agora.", _NAME, ("A1",), "configuracao"),
    "formatos": Topic(
        "Papel, margens, lugar do selo e texto de cada documento, ao lado da página impressa.",
        "A página da tela é a que sai na impressora; toda versão fica guardada.",
        ("P1", "P2"),
        "formatos",
    ),
    "modelos": Topic(
        "Os modelos em RTF do programa antigo, com a página de cada um.",
        "Um texto com variável sem valor não é selado.",
        ("P2a", "S12"),
        "trazer-os-modelos-do-programa-antigo",
    ),
    "ajuda": Topic("O guia do operador, com procura.", _NAME, ("A1",), "nas-telas"),
}
# Screens that belong to another screen's topic.
SAME_AS: Final[Mapping[str, str]] = {
    "conta_senha": "conta",
    "pessoa": "pessoas",
    "pessoa_nova": "pessoas",
    "chave_nova": "chaves",
    "incidente": "incidentes",
    "conformidade_exportar": "conformidade",
    **dict.fromkeys(("copia_agora", "copia_ensaio", "copia_ata", "copia_folha"), "copias"),
    **dict.fromkeys(
        ("restauracao_espelho", "restauracao_tribunal", "restauracao_papel", "restauracao_liberar"), "restauracao"
    ),
    "chave_revogar": "chaves",
    "ajuda_capitulo": "ajuda",
    "fechamento_reabrir": "fechamento",
    "fechamento_exportar": "fechamento",
    "correicao_selo": "correicao",
    "correicao_trabalho": "correicao",
    "correicao_ato": "correicao",
    "auditoria_exportar": "auditoria",
    "servico_novo": "servicos",
    "servicos_importar": "servicos",
    "servicos_exportar": "servicos",
    "servicos_versoes": "servicos",
    "servico": "servicos",
    "servico_valor": "servicos",
    "servico_fim": "servicos",
    "servico_corrigir": "servicos",
    "servico_conferido": "servicos",
    "servico_retirar": "servicos",
    "ato_novo": "atos",
    "atos_versoes": "atos",
    "ato": "atos",
    "ato_conferido": "atos",
    "ato_retirar": "atos",
    "configuracao_uma": "configuracao",
    "ajuste_fila": "ajuste_filas",
    "ajuste_fila_nova": "ajuste_filas",
    "formato_importar": "formatos",
    "modelo": "modelos",
    "modelo_prova": "modelos",
    "modelo_imagem": "modelos",
    "formato": "formatos",
    "formato_modelo": "formatos",
    "formato_imagem": "formatos",
    "formato_versoes": "formatos",
    "formato_prova": "formatos",
    "formato_copiar": "formatos",
    "formato_exportar": "formatos",
    "formato_apagar": "formatos",
}


def topic(endpoint: str) -> Topic | None:
    """Return the help of a screen; None where it has none, such as an error page."""
    return TOPICS.get(SAME_AS.get(endpoint, endpoint))
