"""Everything that knows RDF: stores, questions, validation and the guarded write."""
