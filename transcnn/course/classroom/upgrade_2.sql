-- A class file of version 2, which had no networks.
CREATE TABLE networks (key TEXT PRIMARY KEY, file BLOB NOT NULL);
PRAGMA user_version = 3;
