"""Two databases, one path: transactions, group commit, migrations."""
