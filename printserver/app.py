"""The Flask application: the API for systems and the screens for people, over one open office."""

from flask import Flask

from printserver import api, web
from printserver.instance import SECRET_FILE
from printserver.jobs.office import Office


def create_app(office: Office) -> Flask:
    """Return the application over `office`."""
    app = api.nova_aplicacao(__name__)
    app.secret_key = (office.instance / SECRET_FILE).read_text("ascii").strip()
    api.registrar(app, office)
    web.registrar(app, office)
    return app
