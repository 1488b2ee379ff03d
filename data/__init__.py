"""Sample data that is committed with the project, and the program that writes it."""
