-- A class file of version 1 in the names of version 2. `current_key` is a function of Python.
ALTER TABLE seats RENAME TO members;
ALTER TABLE votes RENAME COLUMN place TO question;
ALTER TABLE revealed RENAME COLUMN place TO step;
ALTER TABLE answers RENAME COLUMN place TO question;
ALTER TABLE answers RENAME COLUMN seat TO member;
ALTER TABLE seen RENAME TO observations;
ALTER TABLE observations RENAME COLUMN place TO step;
ALTER TABLE observations RENAME COLUMN seat TO member;
ALTER TABLE observations RENAME COLUMN said TO text;
UPDATE votes SET question = current_key(question);
UPDATE revealed SET step = current_key(step);
UPDATE answers SET question = current_key(question);
UPDATE observations SET step = current_key(step);
PRAGMA user_version = 2;
