"""A contract of import-linter: other packages import a package's face, `__init__`, and nothing behind it.

The face is what `__all__` of the package's `__init__` names: objects, and modules that are public as a whole.
"""

import ast
from pathlib import Path
from typing import Any

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class FaceContract(Contract):
    """Every direct import between two packages of `root` goes to the face of the imported one."""

    type_name = "face"

    root = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:  # noqa: ARG002
        """Find the imports that reach past a face."""
        root = str(self.root)
        wrong: list[tuple[str, str, int]] = []
        for importer in sorted(module for module in graph.modules if module.startswith(f"{root}.")):
            for imported in sorted(graph.find_modules_directly_imported_by(importer)):
                package, _, inner = imported.removeprefix(f"{root}.").partition(".")
                if not inner or importer.startswith((f"{root}.{package}.",)) or importer == f"{root}.{package}":
                    continue
                if inner not in _public(root, package):
                    lines = [
                        each["line_number"] for each in graph.get_import_details(importer=importer, imported=imported)
                    ]
                    wrong.append((importer, imported, min(lines, default=0)))
        return ContractCheck(kept=not wrong, metadata={"wrong": wrong})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Print each import that reaches past a face."""
        for importer, imported, line in check.metadata["wrong"]:
            output.print_error(f"{importer} (line {line}) imports {imported}: import it from its package", bold=False)


def _public(root: str, package: str) -> set[str]:
    tree = ast.parse(Path(root, package, "__init__.py").read_text("utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(ast.unparse(target) == "__all__" for target in node.targets):
            names: list[Any] = ast.literal_eval(node.value)
            return set(names)
    return set()
