"""Children that run free SPARQL where nothing else exists.

Nothing is imported here: a child imports this package before it has closed its door, and pays for every module.
"""
