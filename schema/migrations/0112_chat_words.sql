-- The words of conversations, by which they are found.
-- compatible-with: 102

-- The words of one, folded, in order, a blank around each; what was said up to a message is in them.
CREATE TABLE chat_session_words (
  session_id TEXT PRIMARY KEY NOT NULL CHECK (length(session_id) = 36),
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  -- The conversation's.
  created_at INTEGER NOT NULL,
  through INTEGER NOT NULL,
  words TEXT NOT NULL
) STRICT;

CREATE INDEX idx_chat_session_words_created ON chat_session_words (tenant_id, created_at, session_id);

-- The conversations of one word, a row each.
CREATE TABLE chat_words (
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  word TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  session_id TEXT NOT NULL CHECK (length(session_id) = 36),
  PRIMARY KEY (tenant_id, word, created_at, session_id)
) STRICT, WITHOUT ROWID;

-- Words of conversations that are not in chat_words yet: many are put there at once.
CREATE TABLE chat_words_fresh (
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  created_at INTEGER NOT NULL,
  session_id TEXT NOT NULL CHECK (length(session_id) = 36),
  words TEXT NOT NULL,
  PRIMARY KEY (tenant_id, created_at, session_id)
) STRICT, WITHOUT ROWID;

-- Where something was said whose words are not in these tables yet.
CREATE TABLE chat_words_due (
  tenant_id TEXT NOT NULL CHECK (length(tenant_id) = 36),
  session_id TEXT NOT NULL CHECK (length(session_id) = 36),
  PRIMARY KEY (tenant_id, session_id)
) STRICT, WITHOUT ROWID;

-- How far rounds have come that look after what programs without these tables said and erased; and
-- how often fresh words were erased.
CREATE TABLE chat_word_rounds (
  name TEXT PRIMARY KEY NOT NULL,
  reached_at INTEGER NOT NULL,
  session_id TEXT NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO chat_word_rounds (name, reached_at, session_id) VALUES ('said', 0, '');
INSERT INTO chat_word_rounds (name, reached_at, session_id) VALUES ('erased', 0, '');
INSERT INTO chat_word_rounds (name, reached_at, session_id) VALUES ('fresh_erased', 0, '');
