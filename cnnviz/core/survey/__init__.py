"""All records of a pass side by side: their costs, what ails them, how long each takes."""
