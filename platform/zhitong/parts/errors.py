"""The one error of the embedded parts, for whoever starts them."""


class PartsError(Exception):
    """A part cannot start, or stopped by itself; the text is one message for the person at the terminal."""
