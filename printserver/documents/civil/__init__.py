"""Documents of Registro Civil (natureza 2): their fields, the national models of the certidão, what is printed."""
