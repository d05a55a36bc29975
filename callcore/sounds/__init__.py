"""Makes the sound files that callers hear: of recordings, of recorded sets, of texts.

Where every prompt's sound comes from is decided here, and which files of the directory are the
operator's own; what is said stands in the catalogues and the settings, in which words in
``callcore.domain.speech``.
"""
