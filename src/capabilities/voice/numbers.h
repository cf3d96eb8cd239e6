#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/agents/active_agents.h"
#include "capabilities/identity/audit_log.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/list_position.h"

namespace aiva::voice {

using NumberId = Id<struct NumberTag>;

// A number as it is kept: "+" and 7 to 15 digits (E.164), or 2 to 20 digits where the telephone
// system uses numbers of its own. Blanks, dots, dashes, brackets and slashes are left out, "00" at
// the beginning and "tel:" are understood. Fails with `invalid` (`did`).
Result<std::string> normalise_number(std::string_view text);

// Which agent answers a number.
struct Number {
  NumberId id{};
  TenantId tenant{};
  AgentId agent{};
  std::string did{};    // as normalise_number writes it; its digits are unique in the installation
  std::string label{};  // at most 100 bytes
  bool is_active = true;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct NumberFilter {
  std::optional<AgentId> agent{};
  int limit = 50;  // 1…200
  int page = 1;
  std::optional<ListPosition> after{};  // instead of a page; its key is created_at
};

struct NumberPage {
  std::vector<Number> items;
  std::int64_t total = 0;
};

// The numbers of a tenant. Only rows of `context.tenant` are seen, except where said. Changes are
// written into the audit log in the same transaction.
class Numbers {
 public:
  // Changes agent, did, label and is_active inside of a transaction; may be called again.
  using Change = std::function<Result<void>(Number&)>;

  virtual ~Numbers() = default;
  // Fails with `invalid`, `not_found` for the agent, `conflict` when the number is taken, by
  // whomever, `quota_exceeded` beyond 1000 of a tenant.
  virtual Task<Result<Number>> create(CallContext context, identity::Caller caller,
                                      Number number) = 0;
  virtual Task<Result<Number>> get(CallContext context, NumberId id) = 0;
  // Newest first.
  virtual Task<Result<NumberPage>> list(CallContext context, NumberFilter filter) = 0;
  // Fails as create does.
  virtual Task<Result<Number>> change(CallContext context, identity::Caller caller, NumberId id,
                                      Change change) = 0;
  virtual Task<Result<void>> remove(CallContext context, identity::Caller caller, NumberId id) = 0;
  // Of any tenant, by what was dialled, with or without its "+": for legs that know nothing else.
  // Fails with `not_found`, also where it is switched off.
  virtual Task<Result<Number>> find(CallContext context, std::string dialled) = 0;
};

struct NumberParts {
  Database& database;
  agents::ActiveAgents& agents;
  identity::AuditLog& audit_log;
  const Clock& clock;
};

std::unique_ptr<Numbers> make_numbers(NumberParts parts);

// Takes an agent's numbers away with it, inside the transaction that deletes it.
Result<void> remove_numbers_of(SqlSession& sql, TenantId tenant, AgentId agent);

}  // namespace aiva::voice
