-- A class file of version 4, which could not be locked and whose members could not be removed.
ALTER TABLE class ADD COLUMN locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1));
ALTER TABLE members ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1));
PRAGMA user_version = 5;
