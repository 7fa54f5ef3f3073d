-- Full text over posts and people. Written by social.search only.
CREATE TABLE post_search (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX post_search_words ON post_search USING GIN (words);
CREATE TABLE account_search (id BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX account_search_words ON account_search USING GIN (words);
