#include "capabilities/chat/conversation_search.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <span>
#include <utility>

#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/said_words.h"
#include "capabilities/chat/internal/turn_rules.h"
#include "capabilities/chat/internal/word_hits.h"
#include "capabilities/chat/internal/words_table.h"

namespace aiva::chat {
namespace {

constexpr std::size_t gathered_at_once = 16;     // conversations, in one transaction
constexpr std::size_t gathered_by_a_find = 256;  // the rest waits for keep_up()
constexpr std::size_t gathered_in_a_moment = 2000;
constexpr std::size_t looked_at_in_a_moment = 4000;  // conversations of a round
constexpr std::size_t erased_looked_at_max = 20'000;
constexpr std::size_t looked_at_once = 200;
constexpr std::size_t fresh_batch_max = 2000;
constexpr int batches_in_a_moment = 4;
constexpr std::size_t words_at_once = 4096;  // in one transaction
// The clocks of processes may differ by less, and a transaction takes less.
constexpr UnixMs settled_after_ms = std::chrono::milliseconds(std::chrono::minutes(10)).count();

Result<WantedWords> read_query(const ConversationQuery& query) {
  knowledge::PageRequest page;
  page.limit = query.limit;
  TRY_VOID(validate_page(page));
  TRY_VOID(validate_status(query.status));
  return read_wanted_words(query.words);
}

class RowConversationSearch final : public ConversationSearch {
 public:
  RowConversationSearch(Database& database, const Clock& clock, ConversationSearchSettings settings)
      : database_(database), clock_(clock), settings_(settings) {}

  Task<Result<FoundConversations>> find(CallContext context, ConversationQuery query) override {
    CO_TRY(auto wanted, read_query(query));
    auto gathering = gather_due(context, context.tenant, gathered_by_a_find);
    CO_TRY_VOID(co_await std::move(gathering));
    auto rows = [tenant = context.tenant, &wanted,
                 &query](SqlSession& sql) -> Result<FoundConversations> {
      TRY(auto hits, find_word_hits(sql, tenant, wanted, query));
      FoundConversations found{.next = hits.next};
      for (const auto& hit : hits.items) {
        TRY(auto session, find_session(sql, tenant, ChatSessionId{hit.id.uuid}));
        TRY(auto match, find_match(sql, session, wanted));
        found.items.push_back({.session = std::move(session), .match = std::move(match)});
      }
      return found;
    };
    auto found = co_await read(database_, context, rows);
    co_return found;
  }

  Task<Result<std::int64_t>> keep_up(CallContext context) override {
    auto gathering = gather_due(context, std::nullopt, gathered_in_a_moment);
    CO_TRY(auto count, co_await std::move(gathering));
    auto finding = gather_unnoted(context);
    CO_TRY(auto unnoted, co_await std::move(finding));
    auto placing = place_fresh(context);
    CO_TRY_VOID(co_await std::move(placing));
    co_return count + unnoted;
  }

  Task<Result<std::int64_t>> forget_erased(CallContext context) override {
    std::int64_t count = 0;
    for (std::size_t looked = 0; looked < erased_looked_at_max; looked += looked_at_once) {
      auto rows = [](SqlSession& sql) -> Result<RoundStretch> {
        TRY(auto round, read_round(sql, erased_round));
        return read_stranded(sql, round, looked_at_once);
      };
      CO_TRY(auto stretch, co_await read(database_, context, rows));
      count += std::ssize(stretch.keys);
      auto forgetting = gather(context, std::move(stretch.keys));  // which forgets what is gone
      CO_TRY_VOID(co_await std::move(forgetting));
      auto reached = stretch.reached.value_or(WordRound{});
      CO_TRY_VOID(co_await note_round(context, erased_round, reached));
      if (!stretch.reached) break;
    }
    co_return count;
  }

 private:
  // Gathers what is due of a tenant, or of all.
  Task<Result<std::int64_t>> gather_due(CallContext context, std::optional<TenantId> tenant,
                                        std::size_t count_max) {
    std::int64_t count = 0;
    while (static_cast<std::size_t>(count) < count_max) {
      auto due = [tenant](SqlSession& sql) {
        return read_words_due(sql, tenant, gathered_at_once);
      };
      CO_TRY(auto keys, co_await read(database_, context, due));
      if (keys.empty()) break;
      auto gathering = gather(context, keys);
      CO_TRY_VOID(co_await std::move(gathering));
      count += std::ssize(keys);
      if (keys.size() < gathered_at_once) break;
    }
    co_return count;
  }

  // `keys` are gone through in transactions of some each.
  Task<Result<void>> gather(CallContext context, std::vector<ConversationKey> keys) {
    std::span<const ConversationKey> rest(keys);
    WordCutter cutter;
    while (!rest.empty()) {
      auto some = rest.first(std::min(rest.size(), gathered_at_once));
      auto rows = [some, &cutter](SqlSession& sql) -> Result<void> {
        for (const auto& key : some) TRY_VOID(gather_words(sql, cutter, key));
        return {};
      };
      CO_TRY_VOID(co_await write(database_, context, rows));
      rest = rest.subspan(some.size());
    }
    co_return Result<void>();
  }

  // Puts fresh words where they are found by, once there are many: those of many conversations lie
  // near each other there.
  Task<Result<void>> place_fresh(CallContext context) {
    for (int batches = 0; batches < batches_in_a_moment; ++batches) {
      auto fresh = [](SqlSession& sql) { return read_fresh(sql, fresh_batch_max); };
      CO_TRY(auto batch, co_await read(database_, context, fresh));
      if (batch.items.empty() || batch.items.size() < settings_.fresh_batch_min) break;
      auto placing = place(context, std::move(batch));
      CO_TRY(bool is_placed, co_await std::move(placing));
      if (!is_placed) break;  // some were erased meanwhile: the next time
    }
    co_return Result<void>();
  }

  Task<Result<bool>> place(CallContext context, FreshBatch batch) {
    auto words = rows_of(batch);
    std::span<const WordRow> rest(words);
    while (!rest.empty()) {
      auto some = rest.first(std::min(rest.size(), words_at_once));
      auto rows = [some, &batch](SqlSession& sql) { return write_words(sql, batch, some); };
      CO_TRY(bool is_written, co_await write(database_, context, rows));
      if (!is_written) co_return false;
      rest = rest.subspan(some.size());
    }
    auto done = [&batch](SqlSession& sql) { return remove_fresh(sql, batch.items); };
    CO_TRY_VOID(co_await write(database_, context, done));
    co_return true;
  }

  // What an older program said, and all that was said before there were words.
  Task<Result<std::int64_t>> gather_unnoted(CallContext context) {
    auto before = clock_.unix_ms() - settled_after_ms;
    std::int64_t count = 0;
    for (std::size_t looked = 0; looked < looked_at_in_a_moment; looked += looked_at_once) {
      auto rows = [before](SqlSession& sql) -> Result<RoundStretch> {
        TRY(auto round, read_round(sql, said_round));
        return read_unnoted(sql, round, before, looked_at_once);
      };
      CO_TRY(auto stretch, co_await read(database_, context, rows));
      if (!stretch.reached) break;
      count += std::ssize(stretch.keys);
      auto gathering = gather(context, std::move(stretch.keys));
      CO_TRY_VOID(co_await std::move(gathering));
      CO_TRY_VOID(co_await note_round(context, said_round, *stretch.reached));
    }
    co_return count;
  }

  Task<Result<void>> note_round(CallContext context, std::string_view name, WordRound round) {
    auto row = [name, &round](SqlSession& sql) { return write_round(sql, name, round); };
    auto noted = co_await write(database_, context, row);
    co_return noted;
  }

  static constexpr std::string_view said_round = "said";
  static constexpr std::string_view erased_round = "erased";

  Database& database_;
  const Clock& clock_;
  ConversationSearchSettings settings_;
};

}  // namespace

std::unique_ptr<ConversationSearch> make_conversation_search(Database& database, const Clock& clock,
                                                             ConversationSearchSettings settings) {
  return std::make_unique<RowConversationSearch>(database, clock, settings);
}

}  // namespace aiva::chat
