#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "foundation/call_context.h"
#include "foundation/flight.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::commerce {

// Work on a knowledge base that happens once, however many want it at the same time. Any thread.
class Flights {
 public:
  using Work = std::function<Task<Result<void>>(CallContext)>;

  // Does the work, or waits for whoever does it already. The first caller's impatience does not end
  // it: others may wait, too.
  Task<Result<void>> fly(CallContext context, KnowledgeBaseId base, Work work);

 private:
  std::mutex mutex_;  // never held while waiting
  std::unordered_map<KnowledgeBaseId, std::shared_ptr<Flight>> flights_;
};

}  // namespace aiva::commerce
