-- One class: one file, which learners never get. Keys of members are kept as digests.
PRAGMA application_id = 1950567491; -- "tCLC"
PRAGMA user_version = 5;
PRAGMA journal_mode = WAL; -- the teacher reads while the class writes

CREATE TABLE class (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  began REAL NOT NULL,      -- seconds since 1970
  key TEXT NOT NULL,        -- of the teacher
  version INTEGER NOT NULL, -- one more with each change of what is shown, voted on or revealed
  slide TEXT,               -- JSON; NULL until something was shown
  locked INTEGER NOT NULL DEFAULT 0 CHECK (locked IN (0, 1)) -- nobody new may join
);

-- The teacher's own picture; the one that is shared last.
CREATE TABLE pictures (digest TEXT PRIMARY KEY, file BLOB NOT NULL) WITHOUT ROWID;

-- The network that the teacher gave to the class; the last one. `key` is what the app calls it.
CREATE TABLE networks (key TEXT PRIMARY KEY, file BLOB NOT NULL);

CREATE TABLE members (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE, -- the same for all tabs of a browser
  name TEXT NOT NULL,
  removed INTEGER NOT NULL DEFAULT 0 CHECK (removed IN (0, 1)) -- by the teacher; has no name then
);

-- `question` and `step` are answer keys (answer_key.py). Without a row: the first vote is open.
CREATE TABLE votes (question TEXT PRIMARY KEY, vote TEXT NOT NULL) WITHOUT ROWID;

-- Steps whose numbers were shown; `explained`: also why.
CREATE TABLE revealed (
  step TEXT PRIMARY KEY,
  explained INTEGER NOT NULL DEFAULT 0 CHECK (explained IN (0, 1))
) WITHOUT ROWID;

CREATE TABLE answers (
  question TEXT NOT NULL,
  round INTEGER NOT NULL CHECK (round IN (1, 2)),
  member INTEGER NOT NULL REFERENCES members (id),
  guess TEXT NOT NULL, -- JSON
  sure TEXT NOT NULL,
  PRIMARY KEY (question, round, member)
) WITHOUT ROWID;

-- What the teacher's page asked, with its answer key (posed_file.py): answers are marked by it.
CREATE TABLE asked (question TEXT PRIMARY KEY, posed TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE observations (
  step TEXT NOT NULL,
  member INTEGER NOT NULL REFERENCES members (id),
  text TEXT NOT NULL,
  PRIMARY KEY (step, member)
) WITHOUT ROWID;
