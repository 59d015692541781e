-- A class file of version 3, which did not keep what was asked.
CREATE TABLE asked (question TEXT PRIMARY KEY, posed TEXT NOT NULL) WITHOUT ROWID;
PRAGMA user_version = 4;
