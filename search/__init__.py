"""Search over what a reader may see: one interface, interchangeable backends, our own analyser."""
