"""Other systems, asked over HTTP: urllib3."""
