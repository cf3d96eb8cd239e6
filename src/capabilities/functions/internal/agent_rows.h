#pragma once

#include <type_traits>
#include <utility>

#include "capabilities/functions/functions.h"
#include "ports/database.h"

namespace aiva::functions {

// Transactions over what belongs to an agent, run once the agent is known to be one of
// context.tenant; `not_found` otherwise. The parts are borrowed.
class AgentRows {
 public:
  explicit AgentRows(const FunctionParts& parts) : parts_(parts) {}

  template <class Body>
  auto read(CallContext context, AgentId agent, Body body) const {
    return run(std::move(context), agent, Access::read, std::move(body));
  }
  // The body may run again.
  template <class Body>
  auto write(CallContext context, AgentId agent, Body body) const {
    return run(std::move(context), agent, Access::write, std::move(body));
  }

 private:
  using Access = database_detail::Access;

  template <class Body>
  auto run(CallContext context, AgentId agent, Access access, Body body) const
      -> Task<std::invoke_result_t<Body&, SqlSession&>> {
    auto checking = parts_.check_agent(context, agent);
    CO_TRY_VOID(co_await std::move(checking));
    auto running = database_detail::run(parts_.database, context, std::move(body), access);
    auto outcome = co_await std::move(running);
    co_return outcome;
  }

  const FunctionParts& parts_;
};

}  // namespace aiva::functions
