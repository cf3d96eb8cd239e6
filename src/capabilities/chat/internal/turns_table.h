#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/time.h"
#include "ports/database.h"

namespace aiva::chat {

// A row of chat_turns; `id` is the id of the answer.
struct TurnRow {
  MessageId id{};
  TenantId tenant{};
  ChatSessionId session{};
  MessageId user_message{};
  std::optional<std::string> client_message{};
  std::string state =
      "running";  // collecting | joined | with_person | running | completed | failed
  bool is_cancelled = false;
  UnixMs lease_until = 0;

  [[nodiscard]] bool is_alive(UnixMs now) const { return state == "running" && lease_until > now; }
};

// The statements over chat_turns and who has a session; lives inside one read or transaction.
class TurnsTable {
 public:
  TurnsTable(SqlSession& sql, TenantId tenant) : sql_(sql), tenant_(tenant) {}

  Result<void> insert(const TurnRow& row, UnixMs now);
  Result<std::optional<TurnRow>> find(MessageId id);
  Result<std::optional<TurnRow>> find_by_client(ChatSessionId session, std::string_view client);
  // The turn that answers a message; the newest.
  Result<std::optional<TurnRow>> find_by_message(ChatSessionId session, MessageId user_message);
  // Begins a turn anew under a new id.
  Result<void> restart(MessageId old_id, MessageId new_id, UnixMs lease_until, UnixMs now);
  // Takes a running or collecting turn to another state; false when it is in none of both.
  Result<bool> end(MessageId id, std::string_view state, std::string_view error_code, UnixMs now);
  // False when it does not run.
  Result<bool> ask_to_cancel(MessageId id, UnixMs now);

  // Who has the session, nil for nobody.
  Result<MessageId> holder(ChatSessionId session);
  Result<void> hold(ChatSessionId session, MessageId turn);
  // Nothing happens when another turn has it.
  Result<void> let_go(ChatSessionId session, MessageId turn);

 private:
  SqlSession& sql_;
  TenantId tenant_;
};

// Of all tenants: running turns whose lease was over by then, the oldest first.
Result<std::vector<TurnRow>> list_dead_turns(SqlSession& sql, UnixMs lease_before,
                                             std::size_t count_max);
// Prolongs the leases of a process's turns, and says which of them shall stop.
Result<std::vector<MessageId>> renew_turns(SqlSession& sql, std::span<const MessageId> ids,
                                           UnixMs lease_until);
// Forgets ended turns that were made before that instant; says how many.
Result<std::int64_t> forget_ended_turns(SqlSession& sql, UnixMs made_before);

}  // namespace aiva::chat
