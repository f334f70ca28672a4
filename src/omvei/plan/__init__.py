"""ACT: the measurement plan. It helps without data, and lives with it."""
