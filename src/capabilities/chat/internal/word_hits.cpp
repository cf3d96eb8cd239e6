#include "capabilities/chat/internal/word_hits.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <utility>

#include "capabilities/chat/internal/words_table.h"

namespace aiva::chat {
namespace {

constexpr std::size_t looked_at_max = 5000;  // conversations, for one page
constexpr std::size_t looked_at_once = 500;
constexpr std::int64_t counted_max = 1000;  // of a word's conversations, to know a rare one
constexpr std::size_t beginnings_max = 32;  // words that begin as wanted, looked up one by one
constexpr std::string_view last_character = "\xF4\x8F\xBF\xBF";

// Where conversations come from, newest first.
constexpr std::string_view of_one_word =
    "SELECT created_at, session_id FROM chat_words WHERE tenant_id = ? AND word = ?";
constexpr std::string_view of_all =
    "SELECT created_at, session_id FROM chat_session_words WHERE tenant_id = ?";
constexpr std::string_view of_fresh =
    "SELECT created_at, session_id FROM chat_words_fresh WHERE tenant_id = ?";

struct Source {
  std::string_view statement;
  std::string_view word;  // of_one_word
};

// What was found among some, and where the rest begins that was not looked at.
struct Looked {
  std::vector<ListPosition> hits{};
  std::optional<ListPosition> reached{};
};

class Finder {
 public:
  Finder(SqlSession& sql, TenantId tenant, const WantedWords& wanted,
         const ConversationQuery& query)
      : sql_(sql), tenant_(tenant), wanted_(wanted), query_(query) {}

  Result<WordHits> find() {
    if (!wanted_.whole.empty()) {
      TRY(auto rarest, find_rarest());
      TRY(auto looked, look_through({of_one_word, rarest}, patterns_but(rarest)));
      return with_fresh(std::move(looked));
    }
    TRY(auto words, find_beginnings());
    if (words.size() > beginnings_max) {  // so many that most conversations have one
      TRY(auto looked, look_through({of_all, {}}, patterns_but({})));
      return page_of(std::move(looked));
    }
    Looked all;
    at_once_ = std::max(looked_at_max / beginnings_max, limit() + 1);
    most_ = at_once_;
    for (const auto& word : words) {
      TRY(auto looked, look_through({of_one_word, word}, {}));
      join(all, std::move(looked));
    }
    at_once_ = looked_at_once;
    most_ = looked_at_max;
    return with_fresh(std::move(all));
  }

 private:
  [[nodiscard]] std::size_t limit() const { return static_cast<std::size_t>(query_.limit); }

  // The word that the fewest conversations have, as far as they are counted.
  Result<std::string> find_rarest() {
    std::string rarest;
    std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
    for (const auto& word : wanted_.whole) {
      std::int64_t count = 0;
      TRY_VOID(
          sql_.query("SELECT COUNT(*) FROM (SELECT 1 AS one FROM chat_words"
                     " WHERE tenant_id = ? AND word = ? LIMIT ?) w",
                     {tenant_, word, counted_max}, [&count](const SqlRow& row) -> Result<void> {
                       count = row.integer(0);
                       return {};
                     }));
      if (count >= fewest) continue;
      fewest = count;
      rarest = word;
    }
    return rarest;
  }

  // One more than are looked up, where there are so many.
  Result<std::vector<std::string>> find_beginnings() {
    auto end = wanted_.beginning + std::string(last_character);
    std::vector<std::string> words;
    std::string_view condition = "word >= ?";
    for (auto from = wanted_.beginning; words.size() <= beginnings_max; from = words.back()) {
      std::optional<std::string> next;
      auto statement = "SELECT MIN(word) FROM chat_words WHERE tenant_id = ? AND " +
                       std::string(condition) + " AND word < ?";
      TRY_VOID(
          sql_.query(statement, {tenant_, from, end}, [&next](const SqlRow& row) -> Result<void> {
            if (!row.is_null(0)) next = std::string(row.text(0));
            return {};
          }));
      if (!next) break;
      words.push_back(*std::move(next));
      condition = "word > ?";
    }
    return words;
  }

  // What the words of a conversation contain where it has all that is wanted but one word.
  [[nodiscard]] std::vector<std::string> patterns_but(std::string_view word) const {
    std::vector<std::string> patterns;
    for (const auto& whole : wanted_.whole)
      if (whole != word) patterns.push_back(" " + whole + " ");
    patterns.push_back(" " + wanted_.beginning);
    return patterns;
  }

  // With conversations whose words are not in chat_words yet.
  Result<WordHits> with_fresh(Looked all) {
    TRY(auto fresh, look_through({of_fresh, {}}, patterns_but({})));
    join(all, std::move(fresh));
    return page_of(std::move(all));
  }

  // Two lists as one, in order.
  static void join(Looked& all, Looked more) {
    all.hits.insert(all.hits.end(), more.hits.begin(), more.hits.end());
    if (more.reached) all.reached = std::max(all.reached.value_or(*more.reached), *more.reached);
    std::ranges::sort(all.hits, std::greater());
    auto same = std::ranges::unique(all.hits);
    all.hits.erase(same.begin(), same.end());
    // Beyond where one list was left, others would be missing.
    if (all.reached)
      std::erase_if(all.hits, [&all](const auto& hit) { return hit < *all.reached; });
  }

  // Goes through conversations until the page is full or so many were looked at.
  Result<Looked> look_through(const Source& source, const std::vector<std::string>& patterns) {
    Looked looked;
    auto after = query_.after;
    for (std::size_t count = 0; count < most_;) {
      std::size_t found = 0;
      auto reached = after;
      auto look = [&](const SqlRow& row) -> Result<void> {
        ++found;
        reached = ListPosition{.key = row.integer(0), .id = {row.id<ChatSessionId>(1).uuid}};
        bool is_full = looked.hits.size() > limit();
        if (!is_full && row.integer(2) != 0) looked.hits.push_back(*reached);
        return {};
      };
      TRY_VOID(ask_for_some(source, patterns, after, look));
      if (looked.hits.size() > limit()) {
        looked.reached = looked.hits.back();
        return looked;
      }
      if (found < at_once_) return looked;
      after = reached;
      count += found;
    }
    looked.reached = after;
    return looked;
  }

  Result<void> ask_for_some(const Source& source, const std::vector<std::string>& patterns,
                            const std::optional<ListPosition>& after,
                            const SqlSession::EachRow& each) {
    std::vector<SqlValue> values;
    std::string statement = "SELECT p.created_at, p.session_id, c.id IS NOT NULL";
    for (const auto& pattern : patterns) {
      statement += " AND INSTR(w.words, ?) > 0";
      values.emplace_back(pattern);
    }
    if (query_.status) {
      statement += " AND c.status = ?";
      values.emplace_back(*query_.status);
    }
    if (query_.agent) {
      statement += " AND c.agent_id = ?";
      values.emplace_back(*query_.agent);
    }
    if (const auto& also = query_.condition; !also.sql.empty()) {
      statement.append(" AND ").append(also.sql);
      values.insert(values.end(), also.values.begin(), also.values.end());
    }
    statement.append(" FROM (").append(source.statement);
    values.emplace_back(tenant_);
    if (!source.word.empty()) values.emplace_back(source.word);
    if (after) {
      statement += " AND created_at <= ? AND (created_at < ? OR session_id < ?)";
      values.emplace_back(after->key);
      values.emplace_back(after->key);
      values.emplace_back(after->id);
    }
    statement +=
        " ORDER BY created_at DESC, session_id DESC LIMIT ?) p"
        " LEFT JOIN chat_session_words w ON w.session_id = p.session_id"
        " LEFT JOIN chat_sessions c ON c.id = p.session_id AND c.tenant_id = ?"
        " ORDER BY p.created_at DESC, p.session_id DESC";
    values.emplace_back(at_once_);
    values.emplace_back(tenant_);
    return sql_.query_span(statement, values, each);
  }

  WordHits page_of(Looked looked) const {
    WordHits page{.items = std::move(looked.hits), .next = looked.reached};
    if (page.items.size() <= limit()) return page;
    page.items.resize(limit());
    page.next = page.items.back();
    return page;
  }

  SqlSession& sql_;
  TenantId tenant_;
  const WantedWords& wanted_;
  const ConversationQuery& query_;
  std::size_t at_once_ = looked_at_once;
  std::size_t most_ = looked_at_max;
};

constexpr std::int64_t messages_at_once = 20;
constexpr int message_looks_max = 25;

struct Best {
  std::size_t found = 0;
  ConversationMatch match{};
  std::vector<TextMark> marks{};
  std::string text{};

  // Keeps what has more of the words than what was looked at before.
  void look(std::string text_of_it, const WantedWords& wanted, ConversationMatch about) {
    auto words = find_words(text_of_it, wanted);
    if (words.found <= found) return;
    found = words.found;
    match = std::move(about);
    marks = std::move(words.marks);
    text = std::move(text_of_it);
  }
};

ConversationMatch match_of(const SqlRow& row) {
  return {.field = "message",
          .message = row.id<MessageId>(1),
          .role = std::string(row.text(2)),
          .created_at = row.integer(4)};
}

}  // namespace

Result<WordHits> find_word_hits(SqlSession& sql, TenantId tenant, const WantedWords& wanted,
                                const ConversationQuery& query) {
  return Finder(sql, tenant, wanted, query).find();
}

Result<ConversationMatch> find_match(SqlSession& sql, const Session& session,
                                     const WantedWords& wanted) {
  Best best;
  auto words = wanted.whole.size() + 1;
  std::int64_t before = std::numeric_limits<std::int64_t>::max();
  for (int looks = 0; looks < message_looks_max && best.found < words; ++looks) {
    std::int64_t count = 0;
    TRY_VOID(
        sql.query("SELECT sequence_number, id, role, content, created_at FROM chat_messages"
                  " WHERE session_id = ? AND tenant_id = ? AND sequence_number < ?"
                  " ORDER BY sequence_number DESC LIMIT ?",
                  {session.id, session.tenant, before, messages_at_once},
                  [&](const SqlRow& row) -> Result<void> {
                    ++count;
                    before = row.integer(0);
                    if (best.found < words)
                      best.look(read_aloud(row.text(2), row.text(3)), wanted, match_of(row));
                    return {};
                  }));
    if (count < messages_at_once) break;
  }
  for (auto& about : said_about(session.title, session.user_name, session.metadata))
    best.look(std::move(about.text), wanted, {.field = std::string(about.field)});
  auto excerpt = excerpt_of(best.text, best.marks);
  best.match.text = std::move(excerpt.text);
  best.match.marks = std::move(excerpt.marks);
  return std::move(best.match);
}

}  // namespace aiva::chat
