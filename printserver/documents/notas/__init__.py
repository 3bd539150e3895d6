"""The documents of Notas: minuta, livro, traslado, certidão, ficha de abertura."""
