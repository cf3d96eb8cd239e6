#include "capabilities/chat/privacy.h"

#include <utility>

#include "capabilities/chat/internal/chat_tables.h"
#include "capabilities/chat/internal/session_export.h"
#include "capabilities/chat/internal/turns_table.h"
#include "capabilities/chat/internal/words_table.h"
#include "foundation/json_writer.h"

namespace aiva::chat {
namespace {

constexpr std::size_t sessions_per_export = 1000;
constexpr std::size_t sessions_per_sweep = 50;  // in one transaction
constexpr UnixMs journal_life_ms = std::chrono::milliseconds(std::chrono::days(1)).count();

Result<void> check_person(const Person& person) {
  if (person.user.has_value() != person.user_name.has_value()) return {};
  return fail(invalid_field("user_id", "name either user_id or user_name"));
}

struct SessionKey {
  TenantId tenant{};
  ChatSessionId session{};
};

Result<std::vector<SessionKey>> read_keys(SqlSession& sql, std::string_view statement,
                                          SqlSession::Parameters parameters) {
  std::vector<SessionKey> keys;
  TRY_VOID(sql.query(statement, parameters, [&keys](const SqlRow& row) -> Result<void> {
    keys.push_back({.tenant = row.id<TenantId>(0), .session = row.id<ChatSessionId>(1)});
    return {};
  }));
  return keys;
}

Result<std::vector<SessionKey>> sessions_of(SqlSession& sql, TenantId tenant, const Person& person,
                                            std::size_t count_max, std::int64_t offset) {
  if (person.user)
    return read_keys(sql,
                     "SELECT tenant_id, id FROM chat_sessions WHERE tenant_id = ? AND user_id = ?"
                     " ORDER BY created_at, id LIMIT ? OFFSET ?",
                     {tenant, *person.user, count_max, offset});
  return read_keys(sql,
                   "SELECT tenant_id, id FROM chat_sessions WHERE tenant_id = ? AND user_name = ?"
                   " ORDER BY created_at, id LIMIT ? OFFSET ?",
                   {tenant, person.user_name, count_max, offset});
}

class PrivacyOfChats final : public Privacy {
 public:
  PrivacyOfChats(Database& database, const Clock& clock, std::vector<SessionEraser> erasers)
      : database_(database), clock_(clock), erasers_(std::move(erasers)) {}

  Task<Result<std::string>> export_session(CallContext context, ChatSessionId id) override {
    auto rows = [tenant = context.tenant, id](SqlSession& sql) -> Result<std::string> {
      std::string text;
      JsonWriter writer(text);
      TRY_VOID(write_session_export(sql, tenant, id, writer));
      return text;
    };
    auto text = co_await read(database_, context, rows);
    co_return text;
  }

  Task<Result<void>> erase_session(CallContext context, ChatSessionId id) override {
    auto rows = [this, tenant = context.tenant, id](SqlSession& sql) -> Result<void> {
      TRY_VOID(find_session(sql, tenant, id));
      TRY(auto is_erased, erase(sql, tenant, id));
      if (!is_erased) return fail(ErrorCode::conflict, "The session is answering a message");
      return {};
    };
    auto erased = co_await write(database_, context, rows);
    co_return erased;
  }

  Task<Result<std::string>> export_person(CallContext context, Person person,
                                          std::int64_t offset) override {
    CO_TRY_VOID(check_person(person));
    if (offset < 0) co_return fail(invalid_field("offset", "must be at least 0"));
    auto rows = [tenant = context.tenant, &person, offset](SqlSession& sql) -> Result<std::string> {
      TRY(auto keys, sessions_of(sql, tenant, person, sessions_per_export, offset));
      std::string text;
      JsonWriter writer(text);
      writer.begin_object().key("sessions").begin_array();
      for (const auto& key : keys) TRY_VOID(write_session_export(sql, tenant, key.session, writer));
      writer.end_array().end_object();
      return text;
    };
    auto text = co_await read(database_, context, rows);
    co_return text;
  }

  Task<Result<std::int64_t>> erase_person(CallContext context, Person person) override {
    CO_TRY_VOID(check_person(person));
    std::int64_t count = 0;
    std::int64_t skipped = 0;
    for (;;) {
      auto rows = [this, tenant = context.tenant, &person, skipped](SqlSession& sql) {
        return erase_all(sql, sessions_of(sql, tenant, person, sessions_per_sweep, skipped));
      };
      CO_TRY(auto swept, co_await write(database_, context, rows));
      count += swept.erased;
      skipped += swept.kept;
      if (swept.erased + swept.kept == 0) co_return count;
    }
  }

  Task<Result<std::int64_t>> remove_older(CallContext context, std::chrono::days age) override {
    auto before = clock_.unix_ms() - std::chrono::milliseconds(age).count();
    std::int64_t count = 0;
    std::int64_t skipped = 0;
    for (;;) {
      auto rows = [this, before, skipped](SqlSession& sql) {
        return erase_all(sql, read_keys(sql,
                                        "SELECT tenant_id, id FROM chat_sessions"
                                        " WHERE updated_at < ? ORDER BY updated_at LIMIT ?"
                                        " OFFSET ?",
                                        {before, sessions_per_sweep, skipped}));
      };
      CO_TRY(auto swept, co_await write(database_, context, rows));
      count += swept.erased;
      skipped += swept.kept;
      if (swept.erased + swept.kept == 0) co_return count;
    }
  }

  Task<Result<std::int64_t>> forget_old_turns(CallContext context) override {
    auto rows = [before = clock_.unix_ms() - journal_life_ms](SqlSession& sql) {
      return forget_ended_turns(sql, before);
    };
    auto count = co_await write(database_, context, rows);
    co_return count;
  }

 private:
  struct Swept {
    std::int64_t erased = 0;
    std::int64_t kept = 0;  // a turn runs
  };

  Result<Swept> erase_all(SqlSession& sql, Result<std::vector<SessionKey>> keys) {
    if (!keys) return fail(std::move(keys.error()));
    Swept swept;
    for (const auto& key : *keys) {
      TRY(auto is_erased, erase(sql, key.tenant, key.session));
      ++(is_erased ? swept.erased : swept.kept);
    }
    return swept;
  }

  // False when a turn runs.
  Result<bool> erase(SqlSession& sql, TenantId tenant, ChatSessionId id) {
    TurnsTable turns(sql, tenant);
    TRY(auto holder, turns.holder(id));
    if (!holder.is_nil()) {
      TRY(auto turn, turns.find(holder));
      if (turn && turn->is_alive(clock_.unix_ms())) return false;
    }
    for (const auto& eraser : erasers_) TRY_VOID(eraser(sql, tenant, id));
    TRY_VOID(forget_words(sql, {.tenant = tenant, .session = id}));
    for (std::string_view statement :
         {"DELETE FROM chat_feedback WHERE session_id = ? AND tenant_id = ?",
          "DELETE FROM chat_turns WHERE session_id = ? AND tenant_id = ?",
          "DELETE FROM chat_messages WHERE session_id = ? AND tenant_id = ?",
          "DELETE FROM chat_sessions WHERE id = ? AND tenant_id = ?"})
      TRY_VOID(sql.execute(statement, {id, tenant}));
    return true;
  }

  Database& database_;
  const Clock& clock_;
  std::vector<SessionEraser> erasers_;
};

}  // namespace

std::unique_ptr<Privacy> make_privacy(Database& database, const Clock& clock,
                                      std::vector<SessionEraser> erasers) {
  return std::make_unique<PrivacyOfChats>(database, clock, std::move(erasers));
}

}  // namespace aiva::chat
