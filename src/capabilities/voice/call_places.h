#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "capabilities/voice/types.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/cache.h"

namespace aiva::voice {

// Where calls go on, for the other processes of an installation: under a call's id the address of
// its process stands in the shared cache, for as long as a call may last. A place that is lost
// there is not known. Any thread.
class CallPlaces {
 public:
  // `address`: where the other processes reach this one, "http://10.0.0.5:62001"; empty: nowhere.
  // The cache is borrowed.
  CallPlaces(Cache& cache, std::string address, std::chrono::seconds lifetime)
      : cache_(cache), address_(std::move(address)), lifetime_(lifetime) {}

  // The call goes on here. Where that cannot be told, it is logged.
  Task<void> note(CallContext context, CallId call) const;
  // The address of the other process that carries the call; nothing when none is known.
  Task<Result<std::optional<std::string>>> find(CallContext context, CallId call) const;

 private:
  Cache& cache_;
  std::string address_;
  std::chrono::seconds lifetime_;
};

}  // namespace aiva::voice
