"""ASK: one question a module. Each scans blocks, merges partial results and finishes a result."""
