"""ACT: the measurement plan and the other worksheets. They help without data, and live with it."""
