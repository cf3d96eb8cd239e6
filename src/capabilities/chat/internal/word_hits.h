#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capabilities/chat/conversation_search.h"
#include "capabilities/chat/internal/said_words.h"
#include "ports/database.h"

namespace aiva::chat {

// Conversations of a tenant that have the words, newest first, at most `query.limit`. The work is
// bounded for words that many have, too: see FoundConversations::next.
struct WordHits {
  std::vector<ListPosition> items{};
  std::optional<ListPosition> next{};
};
Result<WordHits> find_word_hits(SqlSession& sql, TenantId tenant, const WantedWords& wanted,
                                const ConversationQuery& query);

// Where one of them has the words.
Result<ConversationMatch> find_match(SqlSession& sql, const Session& session,
                                     const WantedWords& wanted);

}  // namespace aiva::chat
