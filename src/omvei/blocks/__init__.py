"""BUILD: whole journeys of a group of people, as sorted columns in memory-mapped Arrow files."""
