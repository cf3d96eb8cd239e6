#pragma once

#include <utility>

#include "ports/database.h"

namespace aiva {

// Reads rows that go on from what was read before: where `has_reached` (Result<bool> of a session)
// says that a snapshot is older than that, the latest is read instead. Without it, what two
// replicas answer one after the other may leave out a change for ever.
template <class HasReached, class Function>
Task<database_detail::FunctionResult<Function>> read_reached(Database& database,
                                                             CallContext context,
                                                             HasReached has_reached,
                                                             Function function) {
  using Outcome = database_detail::FunctionResult<Function>;
  bool is_behind = false;
  auto look = [&](SqlSession& session) -> Outcome {
    TRY(bool is_there, has_reached(session));
    is_behind = !is_there;
    if (is_behind) return fail(ErrorCode::unavailable, "The rows are not there yet");
    return function(session);
  };
  auto near = read(database, context, look);
  auto seen = co_await std::move(near);
  if (!is_behind) co_return seen;
  auto latest = read_latest(database, context, function);
  auto outcome = co_await std::move(latest);
  co_return outcome;
}

}  // namespace aiva
