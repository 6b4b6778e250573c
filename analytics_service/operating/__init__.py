"""What an operator asks for: status, doctor, backup, restore."""
