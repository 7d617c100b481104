"""The commands of the command line, one file per subject. Heavy libraries are imported when a command runs, never for --help."""
