"""ACT: the measurement plan and the checklist. They help without data, and live with it."""
