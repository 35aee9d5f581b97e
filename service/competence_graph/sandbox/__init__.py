"""Children that run free SPARQL where nothing else exists."""
