-- Full text over posts and people; rowid is the id. Written by social.search only.
CREATE VIRTUAL TABLE post_search USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2');
CREATE VIRTUAL TABLE account_search USING fts5 (handle, name, bio, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3');
