"""Screens of the audit and of the correição: what was done, the proof of the record, one act as a judge reads it."""
