"""The steps by which the registry's tables came to be; run at every start, shipped in the wheel."""
