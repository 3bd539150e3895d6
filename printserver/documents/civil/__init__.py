"""Documents of Registro Civil (natureza 2): their requests, one module of rules each, and the national models."""
