"""*Ajustes › Modelos*: the office's own models in RTF."""
