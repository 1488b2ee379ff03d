"""What a run writes of its decisions: a whole table, or what is new since the run before."""
