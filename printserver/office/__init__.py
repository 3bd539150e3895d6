"""The office of one process: settings, people, the log, and what an act by one person needs."""
