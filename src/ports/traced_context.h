#pragma once

#include "foundation/call_context.h"
#include "ports/database.h"

namespace aiva {

// A context of the trace that a session's statements belong to and of nothing else, for lines of a
// log.
inline CallContext traced_context(const SqlSession& session) {
  CallContext context;
  if (session.trace() != nullptr) context.trace = *session.trace();
  return context;
}

}  // namespace aiva
