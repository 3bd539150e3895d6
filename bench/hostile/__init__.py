"""Damaged and unusual bodies, printed and judged by other programs: `python -m bench.hostile`.

Every body must be printed completely or refused (P2a, S12). `bodies` makes body `n` of a seed, deterministically; `way`
sends it; `judge` compares the print with the body, using poppler and not this program.
"""
