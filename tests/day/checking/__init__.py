"""Checks a day by its log, with code that shares nothing with the rules it checks."""
