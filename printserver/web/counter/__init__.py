"""The screens of the counter: acts with paper seals, check of the day, photocopies."""

__all__ = ["counter", "counter_day", "counter_numbers", "daily"]
