"""The office's own models in RTF: taken over from a folder, examined, kept in versions, and filled for a print."""

from printserver.models.examine import Choice, Cleared, Examined, example_of, variables_of
from printserver.models.fill import fill
from printserver.models.geometry import own_format
from printserver.models.importing import Imported, Row, import_folder
from printserver.models.kinds import LABELS
from printserver.models.proof import prove
from printserver.models.report import write_report
from printserver.models.review import clear, correct
from printserver.models.store import Model, content, find, newest, of_id, require, versions

__all__ = [
    "LABELS",
    "Choice",
    "Cleared",
    "Examined",
    "Imported",
    "Model",
    "Row",
    "clear",
    "content",
    "correct",
    "example_of",
    "fill",
    "find",
    "import_folder",
    "newest",
    "of_id",
    "own_format",
    "prove",
    "require",
    "variables_of",
    "versions",
    "write_report",
]
