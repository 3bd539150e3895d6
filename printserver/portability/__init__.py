"""One office as open files: exported, and imported into an empty place, equal to the row and to the byte (A3).

It is the move to another machine or database, the way out to another program, and the restore of one office of many.
"""

from printserver.portability.archive import Manifest
from printserver.portability.exporting import export_office
from printserver.portability.importing import import_office
from printserver.portability.moving import settle_move, start_move

__all__ = [
    "Manifest",
    "export_office",
    "import_office",
    "settle_move",
    "start_move",
]
