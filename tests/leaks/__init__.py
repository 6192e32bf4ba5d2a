"""What nobody but the entitled may see, and what bad input does."""
