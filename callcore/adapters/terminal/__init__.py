"""The live view at a terminal: queues, agents and what happens, as long as someone looks."""
