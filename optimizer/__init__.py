"""The optimisation model: a Problem in, a proven Plan out. Plain Python, no Django, no clock of its own."""
