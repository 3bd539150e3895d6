"""All screens behind the login, in one table: path, endpoint, view, and who may see it and act on it."""

from typing import Final

from printserver.web import account, court_page, find, login, paper, shell, today
from printserver.web.access import (
    ACCOUNT,
    ANSWER,
    COUNTER,
    FORMATS,
    LOOK,
    PAPER,
    PRINT,
    REPLACE,
    SEALS,
    SEE_OFFICE,
    Screen,
)
from printserver.web.civil import collection, records
from printserver.web.counter import counter, counter_day, counter_numbers, daily
from printserver.web.formats import editor, listing, sheet, transfer
from printserver.web.prints import actions, copies, job_page, prints, questions
from printserver.web.seals import by_hand, compare, seal_page, search, signatures
from printserver.web.settings import hub

SCREENS: Final[tuple[Screen, ...]] = (
    Screen("/", "hoje", today.first_page),
    Screen("/vivo/espera", "vivo_espera", today.live_waiting),
    Screen("/vivo/ultimas", "vivo_ultimas", today.live_last),
    Screen("/vivo/sino", "vivo_sino", shell.live_bell),
    Screen("/procurar", "procurar", find.find_anything),
    Screen("/impressoes", "impressoes", prints.list_prints),
    Screen("/vivo/impressoes", "vivo_impressoes", prints.live_prints),
    Screen("/selos", "selos", search.selos),
    Screen("/selos/totais", "selos_totais", search.totals),
    Screen("/selos/exportar", "selos_exportar", search.export_seals),
    Screen("/selos/comparar", "comparar", compare.compare_lists, LOOK, SEALS),
    Screen("/selos/novo", "selo_novo", by_hand.new_seal, SEALS, SEALS),
    Screen("/selos/vinculos", "vinculos", by_hand.links, SEALS, SEALS),
    Screen("/selos/carta-de-sentenca", "carta_de_sentenca", by_hand.judgment_letter, SEALS, SEALS),
    Screen("/selos/<codigo>", "selo", seal_page.selo),
    Screen("/selos/<codigo>/vivo", "vivo_selo", seal_page.live_selo),
    Screen("/selos/<codigo>/qr.svg", "qr", seal_page.qr_image),
    Screen("/selos/<codigo>/retificar", "retificar", seal_page.rectify_selo, SEALS, SEALS),
    Screen("/selos/<codigo>/excluir", "excluir_selo", seal_page.exclude_selo, SEALS, SEALS),
    Screen("/selos/<codigo>/mandar", "mandar_de_novo", seal_page.send_again, None, SEALS),
    Screen("/papel", "papel", paper.paper_group, LOOK, PAPER),
    Screen("/papel/mes", "papel_mes", paper.paper_month),
    Screen("/vivo/filas", "vivo_filas", paper.live_queues),
    Screen("/trabalhos/<job_id>", "trabalho", job_page.show_job),
    Screen("/trabalhos/<job_id>/vivo", "vivo_trabalho", job_page.live_job),
    Screen("/trabalhos/<job_id>/copia/vivo", "vivo_copia", job_page.live_copy),
    Screen("/trabalhos/<job_id>/pdf", "pdf", job_page.pdf),
    Screen("/trabalhos/<job_id>/paginas/<int:pagina>.png", "imagem", job_page.page_image),
    Screen("/trabalhos/<job_id>/pergunta", "pergunta", questions.question),
    Screen("/trabalhos/<job_id>/pergunta/vivo", "vivo_pergunta", questions.live_question),
    Screen("/trabalhos/<job_id>/xa", "responder_xa", questions.answer_xa, None, ANSWER),
    Screen("/trabalhos/<job_id>/selo", "responder_selo", questions.answer_selo, None, ANSWER),
    Screen("/trabalhos/<job_id>/reenviar", "reenviar", actions.resend, PRINT, PRINT),
    Screen("/trabalhos/<job_id>/cancelar", "cancelar", actions.cancel, PRINT, PRINT),
    Screen("/trabalhos/<job_id>/folhas", "folhas", actions.folhas, PRINT, PRINT),
    Screen("/balcao", "balcao", counter.counter_page, COUNTER, COUNTER),
    Screen("/balcao/atos/<number>/estorno", "estorno", counter.reversal, COUNTER, COUNTER),
    Screen("/balcao/conferencia", "conferencia", counter_day.day_check, COUNTER, COUNTER),
    Screen("/balcao/controle", "controle", counter_day.paper_seal_control, COUNTER),
    Screen("/balcao/faixa", "faixa", counter_numbers.number_range, COUNTER, COUNTER),
    Screen("/balcao/numeros", "numeros", counter_numbers.numbers, COUNTER, COUNTER),
    Screen("/balcao/diarios", "diarios", daily.diarios_of_day, COUNTER, COUNTER),
    Screen("/trabalhos/<job_id>/substituir", "substituir", copies.replace_print, PRINT, REPLACE),
    Screen("/trabalhos/<job_id>/copia-judicial", "copia_judicial", copies.copy_by_court_order, PRINT, PRINT),
    Screen("/trabalhos/<job_id>/assinaturas", "assinar", signatures.sign_instrumento, SEALS, SEALS),
    Screen("/registro", "registro", records.record_seals, LOOK, SEALS),
    Screen("/central", "central", records.exchange_requests),
    Screen("/central/<codigo_hash>/<nome>", "central_arquivo", records.exchange_file),
    Screen("/certidoes", "certidoes", collection.certidoes),
    Screen("/certidoes/<job_id>", "certidao", collection.certidao, LOOK, PRINT),
    Screen("/gratuidades", "gratuidades", records.free_acts),
    Screen("/assinaturas", "assinaturas", signatures.signatures),
    Screen("/tribunal", "tribunal", court_page.court_settings),
    Screen("/tribunal/vivo", "vivo_tribunal", court_page.live_court),
    Screen("/tribunal/faixa", "vivo_faixa", court_page.live_strip),
    Screen("/tribunal/comunicar", "comunicar", court_page.report, None, SEALS),
    Screen("/tribunal/mandar", "mandar", court_page.order_faults, SEALS, SEALS),
    Screen("/continuar", "continuar", login.continue_form, None, LOOK),
    # -- Fechamento e correição
    # -- Auditoria
    # -- Ajustes
    Screen("/ajustes", "ajustes", hub.settings, SEE_OFFICE),
    # -- Formatos
    Screen("/ajustes/formatos", "formatos", listing.formats, SEE_OFFICE),
    Screen("/ajustes/importar-formato", "formato_importar", transfer.bring, FORMATS, FORMATS),
    Screen("/ajustes/formatos/<nome>", "formato", editor.edit, SEE_OFFICE, FORMATS),
    Screen("/ajustes/formatos/<nome>/modelo", "formato_modelo", editor.edit_template, SEE_OFFICE, FORMATS),
    Screen("/ajustes/formatos/<nome>/pagina", "formato_pagina", editor.preview, None, FORMATS),
    Screen("/ajustes/formatos/<nome>/paginas/<sha256>/<int:pagina>.png", "formato_imagem", sheet.image, SEE_OFFICE),
    Screen("/ajustes/formatos/<nome>/versoes", "formato_versoes", listing.versions, SEE_OFFICE, FORMATS),
    Screen("/ajustes/formatos/<nome>/prova", "formato_prova", listing.prove, FORMATS, FORMATS),
    Screen("/ajustes/formatos/<nome>/copiar", "formato_copiar", transfer.copy, FORMATS, FORMATS),
    Screen("/ajustes/formatos/<nome>/exportar", "formato_exportar", transfer.export, SEE_OFFICE),
    Screen("/ajustes/formatos/<nome>/apagar", "formato_apagar", listing.delete, FORMATS, FORMATS),
    # -- Ajuda
    Screen("/conta", "conta", account.own_account, ACCOUNT, ACCOUNT),
)
