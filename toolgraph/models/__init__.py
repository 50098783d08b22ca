"""Every question put to a language model, and the backends that answer them."""
