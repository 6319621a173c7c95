"""Results: what a market shows, measured, stored, drawn and written up."""
