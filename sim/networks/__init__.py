"""Networks: who knows, supplies, lends to and stands for whom; a kind is one file and one line of this table."""
