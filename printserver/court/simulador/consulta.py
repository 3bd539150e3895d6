"""tmp"""

from flask import Blueprint

consulta = Blueprint("consulta", __name__)
