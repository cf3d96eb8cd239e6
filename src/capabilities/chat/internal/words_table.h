#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/chat/internal/said_words.h"
#include "capabilities/chat/types.h"
#include "foundation/time.h"
#include "ports/database.h"

namespace aiva::chat {

// The statements that keep the words of conversations: chat_session_words and chat_words, what is
// fresh and what is due.

struct ConversationKey {
  TenantId tenant{};
  ChatSessionId session{};
};

// Something was said there: in the transaction that keeps it.
Result<void> note_words_due(SqlSession& sql, TenantId tenant, ChatSessionId session);
// Conversations whose words are due, of one tenant the newest first.
Result<std::vector<ConversationKey>> read_words_due(SqlSession& sql, std::optional<TenantId> tenant,
                                                    std::size_t count_max);
// Adds what was said since, so much of it as one transaction bears; more stays due. May be done
// again, and where the conversation is gone, its words go.
Result<void> gather_words(SqlSession& sql, WordCutter& cutter, const ConversationKey& key);
// With the conversation they were said in.
Result<void> forget_words(SqlSession& sql, const ConversationKey& key);

// What of a conversation besides its messages has words: what it is called, whoever spoke, and
// what is known of them.
struct SaidAbout {
  std::string_view field;  // title | user_name | metadata
  std::string text{};
};
std::vector<SaidAbout> said_about(std::string_view title, std::string_view user_name,
                                  std::string_view metadata);
// What a reader of a message reads.
std::string read_aloud(std::string_view role, std::string_view content);

// Words that are not in chat_words yet.
struct FreshWords {
  ConversationKey key{};
  UnixMs created_at = 0;  // the conversation's
  std::string words{};    // as in chat_session_words
};
struct FreshBatch {
  std::vector<FreshWords> items{};
  std::int64_t erased = 0;  // how often fresh words had been erased
};
// A row of chat_words; `word` and `of` belong to the batch.
struct WordRow {
  std::string_view word;
  const FreshWords* of = nullptr;
};
Result<FreshBatch> read_fresh(SqlSession& sql, std::size_t count_max);
// In the order of chat_words.
std::vector<WordRow> rows_of(const FreshBatch& batch);
// Writes rows of a batch, which may be there already. False, and nothing is written, where fresh
// words were erased since it was read: they might be of the batch.
Result<bool> write_words(SqlSession& sql, const FreshBatch& batch, std::span<const WordRow> rows);
// All rows of these are written; one whose words have become more stays.
Result<void> remove_fresh(SqlSession& sql, std::span<const FreshWords> items);

// A round over conversations, which goes on where it stood.
struct WordRound {
  UnixMs at = 0;
  std::string session{};
};
struct RoundStretch {
  std::vector<ConversationKey> keys{};  // there is something to be done with
  std::optional<WordRound> reached{};   // nothing at the end
};
Result<WordRound> read_round(SqlSession& sql, std::string_view name);
Result<void> write_round(SqlSession& sql, std::string_view name, const WordRound& round);
// Conversations changed before an instant that have words which nobody noted as due.
Result<RoundStretch> read_unnoted(SqlSession& sql, const WordRound& from, UnixMs before,
                                  std::size_t count_max);
// Words of conversations that are gone.
Result<RoundStretch> read_stranded(SqlSession& sql, const WordRound& from, std::size_t count_max);

}  // namespace aiva::chat
