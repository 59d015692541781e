-- A class file of version 4, in which a browser could have many members and none could be removed.
ALTER TABLE class ADD COLUMN locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1));
ALTER TABLE members ADD COLUMN browser TEXT;
CREATE UNIQUE INDEX one_browser ON members (browser);
CREATE TABLE removed (browser TEXT PRIMARY KEY) WITHOUT ROWID;
PRAGMA user_version = 5;
