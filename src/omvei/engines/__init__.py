"""RUN: the same analysis on one machine or many."""
