#include "capabilities/voice/call_search.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "capabilities/voice/internal/calls_table.h"
#include "capabilities/voice/internal/number_digits.h"
#include "foundation/error.h"

namespace aiva::voice {
namespace {

constexpr std::size_t digits_max = 20;
constexpr std::size_t looked_at_max = 5000;  // calls, for one page
constexpr std::size_t looked_at_once = 200;
constexpr int limit_max = 200;

bool fits(const Call& call, const CallFilter& filter) {
  return call.created_at >= filter.since && call.created_at < filter.until &&
         (!filter.agent || call.agent == *filter.agent) &&
         (filter.status.empty() || call.status == filter.status) &&
         (filter.direction.empty() || call.direction == filter.direction) &&
         (filter.caller_id.empty() || call.caller_id == filter.caller_id) &&
         (!filter.chat_session || call.chat_session == filter.chat_session);
}

bool has_number(const Call& call, std::string_view digits) {
  auto number = telling_digits(call.direction == "outbound" ? call.dialled_number : call.caller_id);
  return number && is_meant_by(*number, digits);
}

ListPosition position_of(const Call& call) {
  return {.key = call.created_at, .id = {call.id.uuid}};
}

// Goes through the calls whose number ends like that one until the page is full.
Result<FoundCalls> find_by_number(SqlSession& sql, TenantId tenant, std::string_view digits,
                                  const CallFilter& filter) {
  CallsTable table(sql);
  auto limit = static_cast<std::size_t>(filter.limit);
  auto end = number_end_of(digits);
  auto before = std::min(filter.after.value_or(before_newest), ListPosition{.key = filter.until});
  FoundCalls found;
  for (std::size_t looked = 0; looked < looked_at_max; looked += looked_at_once) {
    TRY(auto calls, table.by_number_end(tenant, end, filter.since, before, looked_at_once));
    for (auto& call : calls) {
      before = position_of(call);
      if (!fits(call, filter) || !has_number(call, digits)) continue;
      if (found.items.size() == limit) {
        found.next = position_of(found.items.back().call);
        return found;
      }
      found.items.push_back({.call = std::move(call)});
    }
    if (calls.size() < looked_at_once) return found;
  }
  found.next = before;
  return found;
}

// Of conversations, those with a call that fits. The texts of the filter are borrowed.
chat::ConversationCondition with_call(const CallFilter& filter) {
  // The sums keep SQLite from going through the calls of the whole time instead.
  chat::ConversationCondition condition{
      .sql =
          "EXISTS (SELECT 1 FROM call_logs l WHERE l.tenant_id = c.tenant_id"
          " AND l.chat_session_id = c.id AND l.created_at + 0 >= ? AND l.created_at + 0 < ?",
      .values = {filter.since, filter.until}};
  auto require = [&condition](std::string_view column, SqlValue value) {
    condition.sql.append(" AND l.").append(column).append(" = ?");
    condition.values.push_back(value);
  };
  if (filter.agent) require("agent_id", *filter.agent);
  if (!filter.status.empty()) require("status", filter.status);
  if (!filter.direction.empty()) require("direction", filter.direction);
  if (!filter.caller_id.empty()) require("caller_id", filter.caller_id);
  if (filter.chat_session) require("chat_session_id", *filter.chat_session);
  condition.sql += ')';
  return condition;
}

// The newest call of a conversation that fits; nothing where it was erased meanwhile.
Result<std::optional<Call>> call_of(SqlSession& sql, TenantId tenant, ChatSessionId session,
                                    const CallFilter& filter) {
  TRY(auto calls, CallsTable(sql).of_conversation(tenant, session));
  std::optional<Call> newest;
  for (auto& call : calls)
    if (fits(call, filter) && (!newest || position_of(*newest) < position_of(call)))
      newest = std::move(call);
  return newest;
}

class RowCallSearch final : public CallSearch {
 public:
  RowCallSearch(Database& database, chat::ConversationSearch& conversations)
      : database_(database), conversations_(conversations) {}

  Task<Result<FoundCalls>> find(CallContext context, CallQuery query) override {
    query.filter.limit = std::clamp(query.filter.limit, 1, limit_max);
    auto digits = telling_digits(query.text);
    if (!digits) {
      auto finding = find_by_words(std::move(context), std::move(query));
      auto found = co_await std::move(finding);
      co_return found;
    }
    if (digits->size() > digits_max)
      co_return fail(invalid_field("q", "must be a number of at most 20 digits, or words"));
    auto reading = read(database_, context, [&](SqlSession& sql) {
      return find_by_number(sql, context.tenant, *digits, query.filter);
    });
    auto found = co_await std::move(reading);
    co_return found;
  }

 private:
  // In the order of the conversations, which begin with their calls.
  Task<Result<FoundCalls>> find_by_words(CallContext context, CallQuery query) {
    const auto& filter = query.filter;
    chat::ConversationQuery wanted;
    wanted.words = query.text;
    wanted.limit = filter.limit;
    wanted.after = filter.after;
    wanted.condition = with_call(filter);
    auto finding = conversations_.find(context, std::move(wanted));
    CO_TRY(auto conversations, co_await std::move(finding));
    auto reading = read(database_, context, [&](SqlSession& sql) -> Result<FoundCalls> {
      FoundCalls found{.next = conversations.next};
      for (const auto& item : conversations.items) {
        TRY(auto call, call_of(sql, context.tenant, item.session.id, filter));
        if (call) found.items.push_back({.call = *std::move(call), .match = item.match});
      }
      return found;
    });
    auto found = co_await std::move(reading);
    co_return found;
  }

  Database& database_;
  chat::ConversationSearch& conversations_;
};

}  // namespace

std::unique_ptr<CallSearch> make_call_search(Database& database,
                                             chat::ConversationSearch& conversations) {
  return std::make_unique<RowCallSearch>(database, conversations);
}

}  // namespace aiva::voice
