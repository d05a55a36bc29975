"""What callcore says, in which words: utterances, and the prompts that speak them in a language.

A *prompt* is a key, ``position/next``: the name of one recording below the language's directory,
without its ending. A *catalogue* has the text of every prompt callcore can say; a *grammar* makes
of an utterance the prompts of one language, in its word order, with its plural and gender forms.
"""
