"""Screens of *Ajustes*: what the tabelião and the administrador set."""
