"""The way of a sealed job to paper: claims, attempts, turns, hand-off, numbered paper, the watcher."""
