"""Long work: a row first, a task second. The task may die, come late or come twice; the row decides."""
