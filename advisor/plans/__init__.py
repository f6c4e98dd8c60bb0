"""Plans of organisations: texts with versions, checked as they are written."""
