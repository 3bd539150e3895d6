"""*Ajustes › Certificado*: whose it is and until when; another one is tried before it is put in use (T4)."""

from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from printserver.clock import local_date
from printserver.errors import Recusa, invalid_input
from printserver.office import own_certificate
from printserver.selo import Certificate, PublicCertificate
from printserver.web.context import author, now, office, take_files
from printserver.web.forms import Form, check_fields, refused_form, typed_text
from printserver.web.words import Status, plural

_KINDS = {
    "teste": Status("De teste", "Assinado por ele mesmo, sem autoridade: os selos não têm valor.", "problema"),
    "icp-brasil": Status("ICP-Brasil", "O emissor diz ser da ICP-Brasil.", "feito"),
    "outra": Status("De outra autoridade", "O emissor não é da ICP-Brasil: o tribunal pode recusá-lo.", "espera"),
}


def certificate_page() -> ResponseReturnValue:
    """Show the certificate and the former ones; put another one in use."""
    if request.method == "GET":
        return _page(Form())
    try:
        if typed_text("anterior"):
            check_fields("visto", "anterior")
            new = own_certificate.restore(office(), author(), typed_text("anterior"), typed_text("visto"))
        else:
            check_fields("visto", "arquivo", "senha")
            new = _from_file()
    except Recusa as refusal:
        if refusal.word == "sem-permissao":
            raise
        return _page(refused_form(refusal)), refusal.kind.status
    take_files()
    flash(f"O certificado de {new.holder} está em uso. O anterior ficou guardado.")
    return redirect(url_for("web.certificado"), 303)


def _from_file() -> Certificate:
    file = request.files.get("arquivo")
    if file is None or not file.filename:
        raise invalid_input("arquivo", "escolha o arquivo do certificado, .p12 ou .pfx")
    password = request.form.get("senha", "")
    return own_certificate.change(office(), author(), file.read(), password, typed_text("visto"))


def _page(form: Form) -> str:
    here = office()
    return render_template(
        "screens/certificado.html",
        forma=form,
        certificado=here.certificado,
        tipo=_KINDS[own_certificate.kind(here.certificado)],
        validade=_validity(here.certificado, now()),
        digital=_grouped(here.certificado.fingerprint),
        arquivo=here.settings.selo.certificado,
        defeito=here.state.faults.get("certificado"),
        visto=own_certificate.mark(here),
        anteriores=own_certificate.former(here),
    )


def _validity(certificate: PublicCertificate, moment: datetime) -> Status:
    if (why := certificate.out_of_validity(moment)) is not None:
        return Status("Não vale", why, "problema")
    days = (local_date(certificate.valid_until) - local_date(moment)).days
    left = "vence hoje" if days == 0 else f"{plural(days, 'dia', 'dias')} até vencer"
    return Status("Válido", left, "espera" if days <= 30 else "feito")


def _grouped(fingerprint: str) -> str:
    return " ".join(fingerprint[n : n + 4] for n in range(0, len(fingerprint), 4)).upper()
