"""The arithmetic and the words of competences: plain frozen dataclasses, no RDF library, no web."""
