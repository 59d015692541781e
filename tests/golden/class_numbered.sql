-- One class: one file. Keys of seats are kept as digests, right answers not at all.
PRAGMA application_id = 1950567491; -- "tCLC"
PRAGMA user_version = 1;
PRAGMA journal_mode = WAL; -- the teacher reads while the class writes

CREATE TABLE class (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  began REAL NOT NULL,      -- seconds since 1970
  key TEXT NOT NULL,        -- of the teacher
  version INTEGER NOT NULL, -- one more with each change of what is shown, voted on or revealed
  slide TEXT                -- JSON; NULL until something was shown
);

-- The teacher's own picture; the one that is shared last.
CREATE TABLE pictures (digest TEXT PRIMARY KEY, file BLOB NOT NULL) WITHOUT ROWID;

CREATE TABLE seats (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL
);

-- `place`: a question about one network, picture and asker. Without a row: the first vote is open.
CREATE TABLE votes (place TEXT PRIMARY KEY, vote TEXT NOT NULL) WITHOUT ROWID;

-- Steps whose numbers were shown; `explained`: also why.
CREATE TABLE revealed (
  place TEXT PRIMARY KEY,
  explained INTEGER NOT NULL DEFAULT 0 CHECK (explained IN (0, 1))
) WITHOUT ROWID;

CREATE TABLE answers (
  place TEXT NOT NULL,
  round INTEGER NOT NULL CHECK (round IN (1, 2)),
  seat INTEGER NOT NULL REFERENCES seats (id),
  guess TEXT NOT NULL, -- JSON
  sure TEXT NOT NULL,
  PRIMARY KEY (place, round, seat)
) WITHOUT ROWID;

CREATE TABLE seen (
  place TEXT NOT NULL,
  seat INTEGER NOT NULL REFERENCES seats (id),
  said TEXT NOT NULL,
  PRIMARY KEY (place, seat)
) WITHOUT ROWID;

-- What a class of that version held; `began` is set by the test.
INSERT INTO class VALUES (1, 0, 'no key', 3, '{"step": "1.3", "model": "transcnn_lite0", "picture": "shared/0123456789abcdef", "at": [112, 64], "hand": [[0, 1], [2, -3]], "box": [1, 2, 3, 4], "right": 7, "board": 2}');
INSERT INTO seats VALUES (1, 'DIGEST', 'Ada');
INSERT INTO votes VALUES ('Q5|transcnn_lite0|0123456789abcdef|112,64', 'second');
INSERT INTO revealed VALUES ('1.3|transcnn_lite0|0123456789abcdef|112,64', 1);
INSERT INTO answers VALUES ('Q5|transcnn_lite0|0123456789abcdef|112,64', 1, 1, '"b"', 'fairly');
INSERT INTO answers VALUES ('Q8|transcnn_lite0|0123456789abcdef|112,64|0,1,2', 1, 1, '0.5', 'guess');
INSERT INTO seen VALUES ('1.3|transcnn_lite0|0123456789abcdef|112,64', 1, 'rows');
