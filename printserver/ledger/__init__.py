"""What the tables say and are told, in the transaction of the caller: jobs, documents, seals, questions."""
