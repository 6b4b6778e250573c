"""How much one sender may send."""
