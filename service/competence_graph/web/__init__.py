"""HTTP faces of the answers."""
