"""What screens are made of: widgets that show model types and say what was pressed."""
