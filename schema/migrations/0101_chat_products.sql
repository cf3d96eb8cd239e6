-- The JSON array of the products of shops that went with an answer.

ALTER TABLE chat_messages ADD COLUMN products TEXT NOT NULL DEFAULT '[]';
