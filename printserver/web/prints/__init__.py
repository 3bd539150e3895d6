"""The screens of prints: the list, the page of one, its questions, and what a person does about it."""

__all__ = ["actions", "copies", "event_words", "job_actions", "job_page", "prints", "questions"]
