"""Imported by the process from which the pool's are forked: loads and prepares what they share."""

import gc
from contextlib import suppress

__all__: list[str] = []


def _prepare() -> None:
    gc.disable()  # nothing that an import makes is garbage
    from printserver.rendering import assemble

    with suppress(Exception):  # what fails here fails again in the pool's process, which tells its owner
        assemble.prepare()
    gc.enable()
    gc.collect()
    gc.freeze()  # no collection of a process writes into the pages that all share


_prepare()
