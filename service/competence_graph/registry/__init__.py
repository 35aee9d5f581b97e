"""Who a pseudonym is, accounts and sessions: the only place with a name in it."""
