"""The user's own rows: folders of pictures, tables, arrays."""
