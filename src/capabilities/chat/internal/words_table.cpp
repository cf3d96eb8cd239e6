#include "capabilities/chat/internal/words_table.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "capabilities/chat/markup.h"
#include "foundation/json.h"

namespace aiva::chat {
namespace {

constexpr std::size_t words_max = 4000;  // of a conversation; later ones are not found
constexpr std::int64_t messages_at_once = 200;
constexpr std::size_t rows_at_once = 16;
constexpr std::string_view erased_count = "fresh_erased";
constexpr auto telling_metadata = std::to_array<std::string_view>({"email", "name", "phone"});

struct Head {
  std::string title{};
  std::string user_name{};
  std::string metadata{};
  std::int64_t message_count = 0;
  UnixMs created_at = 0;
};

Result<std::optional<Head>> read_head(SqlSession& sql, const ConversationKey& key) {
  std::optional<Head> head;
  TRY_VOID(
      sql.query("SELECT title, user_name, metadata, message_count, created_at"
                " FROM chat_sessions WHERE id = ? AND tenant_id = ?",
                {key.session, key.tenant}, [&head](const SqlRow& row) -> Result<void> {
                  head = Head{.title = std::string(row.text(0)),
                              .user_name = std::string(row.text(1)),
                              .metadata = std::string(row.text(2)),
                              .message_count = row.integer(3),
                              .created_at = row.integer(4)};
                  return {};
                }));
  return head;
}

// `words` with spaces between them, as they are stored.
template <class Function>
void for_each_word(std::string_view words, Function function) {
  for (std::size_t at = 0; at < words.size();) {
    auto end = std::min(words.find(' ', at), words.size());
    if (end > at) function(words.substr(at, end - at));
    at = end + 1;
  }
}

WordSet split(std::string_view words) {
  WordSet set;
  for_each_word(words, [&set](std::string_view word) { set.emplace_hint(set.end(), word); });
  return set;
}

std::string join(const WordSet& words) {
  std::string text = " ";
  for (const auto& word : words) text.append(word).push_back(' ');
  return text;
}

// The words of a conversation as they are and as they become.
struct Gathered {
  bool is_new = true;
  std::int64_t through = 0;
  WordSet words{};
  std::vector<std::string> fresh{};

  void add(const std::vector<std::string>& more) {
    for (const auto& word : more)
      if (words.size() < words_max && words.insert(word).second) fresh.push_back(word);
  }
};

Result<Gathered> read_gathered(SqlSession& sql, const ConversationKey& key) {
  Gathered gathered;
  TRY_VOID(
      sql.query("SELECT through, words FROM chat_session_words"
                " WHERE session_id = ? AND tenant_id = ?",
                {key.session, key.tenant}, [&gathered](const SqlRow& row) -> Result<void> {
                  gathered.is_new = false;
                  gathered.through = row.integer(0);
                  gathered.words = split(row.text(1));
                  return {};
                }));
  return gathered;
}

Result<void> add_messages(SqlSession& sql, WordCutter& cutter, const ConversationKey& key,
                          std::int64_t message_count, Gathered& gathered) {
  std::int64_t count = 0;
  TRY_VOID(
      sql.query("SELECT sequence_number, role, content FROM chat_messages"
                " WHERE session_id = ? AND tenant_id = ? AND sequence_number > ?"
                " ORDER BY sequence_number LIMIT ?",
                {key.session, key.tenant, gathered.through, messages_at_once},
                [&](const SqlRow& row) -> Result<void> {
                  ++count;
                  gathered.through = row.integer(0);
                  gathered.add(cutter.cut(read_aloud(row.text(1), row.text(2))));
                  return {};
                }));
  if (count < messages_at_once) gathered.through = message_count;
  return {};
}

// The beginning of a statement that passes over rows that are there.
std::string insert_new(const SqlSession& sql) {
  return sql.dialect() == SqlDialect::sqlite ? "INSERT OR IGNORE INTO " : "INSERT IGNORE INTO ";
}

// So many rows of a batch in one statement.
Result<void> insert_words(SqlSession& sql, std::span<const WordRow> rows) {
  auto statement =
      insert_new(sql) + "chat_words (tenant_id, word, created_at, session_id) VALUES (?, ?, ?, ?)";
  for (std::size_t i = 1; i < rows.size(); ++i) statement += ", (?, ?, ?, ?)";
  std::vector<SqlValue> values;
  values.reserve(rows.size() * 4);
  for (const auto& [word, of] : rows) {
    values.emplace_back(of->key.tenant);
    values.emplace_back(word);
    values.emplace_back(of->created_at);
    values.emplace_back(of->key.session);
  }
  TRY_VOID(sql.execute_span(statement, values));
  return {};
}

Result<std::optional<std::string>> find_fresh(SqlSession& sql, const ConversationKey& key,
                                              UnixMs created_at) {
  std::optional<std::string> words;
  TRY_VOID(
      sql.query("SELECT words FROM chat_words_fresh"
                " WHERE tenant_id = ? AND created_at = ? AND session_id = ?",
                {key.tenant, created_at, key.session}, [&words](const SqlRow& row) -> Result<void> {
                  words = std::string(row.text(0));
                  return {};
                }));
  return words;
}

Result<void> add_fresh(SqlSession& sql, const ConversationKey& key, UnixMs created_at,
                       const std::vector<std::string>& fresh) {
  if (fresh.empty()) return {};
  TRY(auto before, find_fresh(sql, key, created_at));
  auto words = join({fresh.begin(), fresh.end()});
  if (before) {
    TRY_VOID(
        sql.execute("UPDATE chat_words_fresh SET words = ?"
                    " WHERE tenant_id = ? AND created_at = ? AND session_id = ?",
                    {*before + words.substr(1), key.tenant, created_at, key.session}));
  } else {
    TRY_VOID(
        sql.execute("INSERT INTO chat_words_fresh (tenant_id, created_at, session_id, words)"
                    " VALUES (?, ?, ?, ?)",
                    {key.tenant, created_at, key.session, words}));
  }
  return {};
}

Result<void> write_gathered(SqlSession& sql, const ConversationKey& key, UnixMs created_at,
                            const Gathered& gathered) {
  if (gathered.is_new) {
    TRY_VOID(
        sql.execute("INSERT INTO chat_session_words (session_id, tenant_id, created_at,"
                    " through, words) VALUES (?, ?, ?, ?, ?)",
                    {key.session, key.tenant, created_at, gathered.through, join(gathered.words)}));
  } else if (gathered.fresh.empty()) {
    TRY_VOID(
        sql.execute("UPDATE chat_session_words SET through = ?"
                    " WHERE session_id = ? AND tenant_id = ?",
                    {gathered.through, key.session, key.tenant}));
  } else {
    TRY_VOID(
        sql.execute("UPDATE chat_session_words SET through = ?, words = ?"
                    " WHERE session_id = ? AND tenant_id = ?",
                    {gathered.through, join(gathered.words), key.session, key.tenant}));
  }
  return {};
}

Result<void> remove_due(SqlSession& sql, const ConversationKey& key) {
  TRY_VOID(sql.execute("DELETE FROM chat_words_due WHERE tenant_id = ? AND session_id = ?",
                       {key.tenant, key.session}));
  return {};
}

ConversationKey read_key(const SqlRow& row) {
  return {.tenant = row.id<TenantId>(0), .session = row.id<ChatSessionId>(1)};
}

}  // namespace

// Without a look first: in MySQL two transactions that see that a row is missing and then insert
// neighbours of it wait for each other.
Result<void> note_words_due(SqlSession& sql, TenantId tenant, ChatSessionId session) {
  auto statement = insert_new(sql) + "chat_words_due (tenant_id, session_id) VALUES (?, ?)";
  TRY_VOID(sql.execute(statement, {tenant, session}));
  return {};
}

Result<std::vector<ConversationKey>> read_words_due(SqlSession& sql, std::optional<TenantId> tenant,
                                                    std::size_t count_max) {
  std::vector<ConversationKey> keys;
  auto add = [&keys](const SqlRow& row) -> Result<void> {
    keys.push_back(read_key(row));
    return {};
  };
  if (tenant) {
    TRY_VOID(
        sql.query("SELECT tenant_id, session_id FROM chat_words_due WHERE tenant_id = ?"
                  " ORDER BY session_id DESC LIMIT ?",
                  {*tenant, count_max}, add));
  } else {
    TRY_VOID(
        sql.query("SELECT tenant_id, session_id FROM chat_words_due"
                  " WHERE tenant_id >= '' ORDER BY tenant_id, session_id LIMIT ?",
                  {count_max}, add));
  }
  return keys;
}

Result<void> gather_words(SqlSession& sql, WordCutter& cutter, const ConversationKey& key) {
  TRY(auto head, read_head(sql, key));
  if (!head) return forget_words(sql, key);
  TRY(auto gathered, read_gathered(sql, key));
  if (gathered.is_new)
    for (const auto& about : said_about(head->title, head->user_name, head->metadata))
      gathered.add(cutter.cut(about.text));
  TRY_VOID(add_messages(sql, cutter, key, head->message_count, gathered));
  TRY_VOID(write_gathered(sql, key, head->created_at, gathered));
  TRY_VOID(add_fresh(sql, key, head->created_at, gathered.fresh));
  if (gathered.through < head->message_count) return note_words_due(sql, key.tenant, key.session);
  return remove_due(sql, key);
}

Result<void> forget_words(SqlSession& sql, const ConversationKey& key) {
  UnixMs created_at = 0;
  WordSet words;
  TRY_VOID(
      sql.query("SELECT created_at, words FROM chat_session_words"
                " WHERE session_id = ? AND tenant_id = ?",
                {key.session, key.tenant}, [&](const SqlRow& row) -> Result<void> {
                  created_at = row.integer(0);
                  words = split(row.text(1));
                  return {};
                }));
  for (const auto& word : words)
    TRY_VOID(
        sql.execute("DELETE FROM chat_words WHERE tenant_id = ? AND word = ?"
                    " AND created_at = ? AND session_id = ?",
                    {key.tenant, word, created_at, key.session}));
  TRY(auto fresh, sql.execute("DELETE FROM chat_words_fresh"
                              " WHERE tenant_id = ? AND created_at = ? AND session_id = ?",
                              {key.tenant, created_at, key.session}));
  if (fresh > 0)
    TRY_VOID(sql.execute("UPDATE chat_word_rounds SET reached_at = reached_at + 1 WHERE name = ?",
                         {erased_count}));
  TRY_VOID(sql.execute("DELETE FROM chat_session_words WHERE session_id = ? AND tenant_id = ?",
                       {key.session, key.tenant}));
  return remove_due(sql, key);
}

std::vector<SaidAbout> said_about(std::string_view title, std::string_view user_name,
                                  std::string_view metadata) {
  std::vector<SaidAbout> about;
  if (!title.empty()) about.push_back({.field = "title", .text = std::string(title)});
  if (!user_name.empty()) about.push_back({.field = "user_name", .text = std::string(user_name)});
  auto parsed = json::parse(metadata);
  if (!parsed || !parsed->is_object()) return about;
  for (auto name : telling_metadata) {
    const auto* value = parsed->as_object().if_contains(name);
    if (value == nullptr || !value->is_string()) continue;
    about.push_back(
        {.field = "metadata", .text = std::string(std::string_view(value->get_string()))});
  }
  return about;
}

std::string read_aloud(std::string_view role, std::string_view content) {
  return role == "assistant" ? to_plain_text(content) : std::string(content);
}

Result<FreshBatch> read_fresh(SqlSession& sql, std::size_t count_max) {
  FreshBatch batch;
  TRY(auto erased, read_round(sql, erased_count));
  batch.erased = erased.at;
  TRY_VOID(
      sql.query("SELECT tenant_id, session_id, created_at, words FROM chat_words_fresh"
                " WHERE tenant_id >= '' ORDER BY tenant_id, created_at, session_id LIMIT ?",
                {count_max}, [&batch](const SqlRow& row) -> Result<void> {
                  batch.items.push_back({.key = read_key(row),
                                         .created_at = row.integer(2),
                                         .words = std::string(row.text(3))});
                  return {};
                }));
  return batch;
}

std::vector<WordRow> rows_of(const FreshBatch& batch) {
  std::vector<WordRow> rows;
  for (const auto& item : batch.items) {
    for_each_word(item.words,
                  [&](std::string_view word) { rows.push_back({.word = word, .of = &item}); });
  }
  std::ranges::sort(rows, {}, [](const WordRow& row) {
    return std::tuple(row.of->key.tenant, row.word, row.of->created_at, row.of->key.session);
  });
  return rows;
}

Result<bool> write_words(SqlSession& sql, const FreshBatch& batch, std::span<const WordRow> rows) {
  TRY(auto erased, read_round(sql, erased_count));
  if (erased.at != batch.erased) return false;
  while (!rows.empty()) {
    auto count = rows.size() < rows_at_once ? std::size_t{1} : rows_at_once;
    TRY_VOID(insert_words(sql, rows.first(count)));
    rows = rows.subspan(count);
  }
  return true;
}

Result<void> remove_fresh(SqlSession& sql, std::span<const FreshWords> items) {
  for (const auto& item : items)
    TRY_VOID(
        sql.execute("DELETE FROM chat_words_fresh WHERE tenant_id = ? AND created_at = ?"
                    " AND session_id = ? AND words = ?",
                    {item.key.tenant, item.created_at, item.key.session, item.words}));
  return {};
}

Result<WordRound> read_round(SqlSession& sql, std::string_view name) {
  WordRound round;
  TRY_VOID(sql.query("SELECT reached_at, session_id FROM chat_word_rounds WHERE name = ?", {name},
                     [&round](const SqlRow& row) -> Result<void> {
                       round = {.at = row.integer(0), .session = std::string(row.text(1))};
                       return {};
                     }));
  return round;
}

Result<void> write_round(SqlSession& sql, std::string_view name, const WordRound& round) {
  TRY_VOID(sql.execute("UPDATE chat_word_rounds SET reached_at = ?, session_id = ? WHERE name = ?",
                       {round.at, round.session, name}));
  return {};
}

Result<RoundStretch> read_unnoted(SqlSession& sql, const WordRound& from, UnixMs before,
                                  std::size_t count_max) {
  RoundStretch stretch;
  TRY_VOID(sql.query(
      "SELECT s.tenant_id, s.id, s.updated_at, s.message_count, w.through FROM chat_sessions s"
      " LEFT JOIN chat_session_words w ON w.session_id = s.id"
      " WHERE s.updated_at >= ? AND s.updated_at < ? AND (s.updated_at > ? OR s.id > ?)"
      " ORDER BY s.updated_at, s.id LIMIT ?",
      {from.at, before, from.at, from.session, count_max},
      [&stretch](const SqlRow& row) -> Result<void> {
        stretch.reached = WordRound{.at = row.integer(2), .session = std::string(row.text(1))};
        if (row.is_null(4) || row.integer(4) < row.integer(3))
          stretch.keys.push_back(read_key(row));
        return {};
      }));
  return stretch;
}

Result<RoundStretch> read_stranded(SqlSession& sql, const WordRound& from, std::size_t count_max) {
  RoundStretch stretch;
  TRY_VOID(
      sql.query("SELECT w.tenant_id, w.session_id, s.id FROM chat_session_words w"
                " LEFT JOIN chat_sessions s ON s.id = w.session_id"
                " WHERE w.session_id > ? ORDER BY w.session_id LIMIT ?",
                {from.session, count_max}, [&stretch](const SqlRow& row) -> Result<void> {
                  stretch.reached = WordRound{.session = std::string(row.text(1))};
                  if (row.is_null(2)) stretch.keys.push_back(read_key(row));
                  return {};
                }));
  return stretch;
}

}  // namespace aiva::chat
