"""The command line: ``root.callcore``. Imports nothing, so that gevent may come first."""
