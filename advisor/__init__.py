"""The Django project: storage, time, screens and schedules. Only it knows providers and optimizer."""
