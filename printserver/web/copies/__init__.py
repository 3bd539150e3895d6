"""The screens of the copies, and of an office that came from one."""
