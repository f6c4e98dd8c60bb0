"""Pages. They parse, ask the same questions as the commands, and show."""
