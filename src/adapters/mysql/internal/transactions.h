#pragma once

#include <string>

#include "adapters/mysql/internal/pool.h"
#include "adapters/mysql/internal/positions.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "ports/database.h"

namespace aiva::mysql {

// Runs the body in a transaction on the lane's connection and commits it; answers what the log
// calls it, empty where nothing was changed or there is no log. After a deadlock, or when the
// connection broke before the commit, it runs again, some times and with pauses. A connection that
// breaks during the commit fails with `unavailable`: nobody knows whether it is committed.
Result<std::string> write_on(Lane& lane, const CallContext& context, const Database::Body& body,
                             Positions& positions);

// Runs the body against one snapshot. A connection that broke before the body saw an answer is
// opened again, once.
Result<void> read_on(Lane& lane, const CallContext& context, const Database::Body& body);

// The same for a replica. `was_read` says whether the body was run; without, another server may.
Result<void> read_on_replica(Lane& lane, const CallContext& context, const Database::Body& body,
                             bool& was_read);

}  // namespace aiva::mysql
