"""Records and timelines in the words of app_queue's log, for programs that read that."""
