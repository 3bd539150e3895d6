"""HTTP for people: login, the day at a glance, a job, its questions. Knows no rule: asks `jobs`, shows the answer."""

from printserver.web.blueprint import register

__all__ = ["register"]
