"""What the tests run against: private, disposable servers that never touch the machine's own."""
