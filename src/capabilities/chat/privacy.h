#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"

namespace aiva::chat {

// Whose conversations: those a user of ours began, or those that carry a name.
struct Person {
  std::optional<UserId> user{};
  std::optional<std::string> user_name{};
};

// Erases what another capability keeps about a session, inside the transaction that erases it.
using SessionEraser = std::function<Result<void>(SqlSession&, TenantId, ChatSessionId)>;

// What conversations hold about people, to be handed out or erased. Costs stay in the ledger, which
// holds no texts. Only rows of `context.tenant` are seen.
class Privacy {
 public:
  virtual ~Privacy() = default;
  // {"session":…,"messages":[…],"feedback":[…]}: everything that is kept of it but the notes of
  // colleagues, as a JSON object.
  virtual Task<Result<std::string>> export_session(CallContext context, ChatSessionId id) = 0;
  // With its messages, turns, ratings, notes and searches. `conflict` while a turn runs.
  virtual Task<Result<void>> erase_session(CallContext context, ChatSessionId id) = 0;
  // {"sessions":[…]}; at most 1000 sessions, the oldest first, from the `offset`th on: ask again
  // until none comes.
  virtual Task<Result<std::string>> export_person(CallContext context, Person person,
                                                  std::int64_t offset) = 0;
  // Says how many sessions that were. A session whose turn runs stays, and is not counted.
  virtual Task<Result<std::int64_t>> erase_person(CallContext context, Person person) = 0;
  // Erases the sessions of all tenants in which nothing was said for so long; says how many.
  virtual Task<Result<std::int64_t>> remove_older(CallContext context, std::chrono::days age) = 0;
  // Forgets the journal of turns that ended and began more than a day ago.
  virtual Task<Result<std::int64_t>> forget_old_turns(CallContext context) = 0;
};

// Database and clock are borrowed.
std::unique_ptr<Privacy> make_privacy(Database& database, const Clock& clock,
                                      std::vector<SessionEraser> erasers);

}  // namespace aiva::chat
