"""PLAN a journey: the way a firm meant people to go, to lay beside the ways they went."""
