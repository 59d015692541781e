-- One stored run of a detector: one file. `application_id` tells it from other files ("tDET"),
-- `user_version` numbers this layout.
PRAGMA application_id = 1950631252;
PRAGMA user_version = 1;

CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- The annotated images, written once at the beginning.
CREATE TABLE pictures (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  file BLOB NOT NULL,    -- its path, which need not be text
  width INTEGER NOT NULL,   -- of the upright image
  height INTEGER NOT NULL,
  objects TEXT NOT NULL  -- class, box, crowd, mask, JSON
);

-- What of the set could not be used, a cause each.
CREATE TABLE left_out (why TEXT NOT NULL, count INTEGER NOT NULL, names TEXT NOT NULL);

-- What came of it: a picture has a row in exactly one of the two once it is done.
CREATE TABLE measured (
  picture INTEGER PRIMARY KEY REFERENCES pictures (id),
  digest TEXT NOT NULL,
  thumbnail BLOB NOT NULL,  -- JPEG
  detections TEXT NOT NULL  -- class, score, box, mask, JSON
);
CREATE TABLE broken (picture INTEGER PRIMARY KEY REFERENCES pictures (id), why TEXT NOT NULL);
