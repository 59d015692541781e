-- One stored run: one file. `application_id` tells it from other programs' files ("tCNN"),
-- `user_version` numbers this layout.
PRAGMA application_id = 1950568014;
PRAGMA user_version = 1;

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- What is to be answered, written once at the beginning.
CREATE TABLE pictures (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  file BLOB NOT NULL,    -- its path, which need not be text
  labels TEXT NOT NULL,  -- class indices, JSON
  source TEXT NOT NULL,
  tags TEXT NOT NULL     -- of the table that was read, JSON
);

-- What came of it: a picture has a row in exactly one of the two once it is done.
CREATE TABLE measured (
  picture INTEGER PRIMARY KEY REFERENCES pictures (id),
  digest TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  thumbnail BLOB NOT NULL,  -- JPEG
  features TEXT NOT NULL,   -- numbers by name, JSON
  board TEXT NOT NULL,      -- rows, columns of `received`, JSON
  received BLOB NOT NULL,   -- float32, little endian, by cell
  sinks TEXT NOT NULL       -- stage, block, cell, JSON
);
CREATE TABLE broken (picture INTEGER PRIMARY KEY REFERENCES pictures (id), why TEXT NOT NULL);
CREATE TABLE answers (
  picture INTEGER NOT NULL REFERENCES pictures (id),
  attention_case TEXT NOT NULL,
  top TEXT NOT NULL,  -- classes with probabilities, the likeliest first, JSON
  right_probability REAL NOT NULL,
  right_rank INTEGER NOT NULL,
  PRIMARY KEY (picture, attention_case)
) WITHOUT ROWID;

-- What a person adds.
CREATE TABLE notes (picture INTEGER PRIMARY KEY REFERENCES pictures (id), text TEXT NOT NULL);
CREATE TABLE tags (
  picture INTEGER NOT NULL REFERENCES pictures (id),
  tag TEXT NOT NULL,
  PRIMARY KEY (picture, tag)
) WITHOUT ROWID;
CREATE TABLE slices (name TEXT PRIMARY KEY, filter TEXT NOT NULL) WITHOUT ROWID;
