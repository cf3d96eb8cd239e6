-- What a moderator made of a message: empty (nobody looked), passed, flagged or blocked. No model gets to see what is
-- blocked, nor the refusal that answered it.

ALTER TABLE chat_messages ADD COLUMN moderation TEXT NOT NULL DEFAULT '';
