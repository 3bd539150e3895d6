"""Damaged and odd bodies, sent the way of a print and judged by other programs: `python -m bench.hostile`.

What a program pastes or uploads is printed whole or refused (P2a, S12). `bodies` makes body `n` of a seed, always the
same; `way` sends it; `judge` holds what came out against the body, with poppler and without this program.
"""
