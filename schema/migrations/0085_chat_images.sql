-- The JSON array of the images of knowledge bases that went with an answer.

ALTER TABLE chat_messages ADD COLUMN images TEXT NOT NULL DEFAULT '[]';
