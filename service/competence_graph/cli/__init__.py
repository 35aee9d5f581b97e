"""The command line: one file a group; parses, prints, exits."""
