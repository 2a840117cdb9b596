"""The numbers people look at, and their exports."""
