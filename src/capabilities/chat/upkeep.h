#pragma once

#include <memory>
#include <string_view>

#include "capabilities/chat/settings.h"
#include "foundation/call_context.h"
#include "foundation/task.h"
#include "ports/job_queue.h"

namespace aiva::chat {

inline constexpr std::string_view upkeep_job_kind = "chat_upkeep";

// What is done for a conversation after its answers: what was said longer ago than the model sees
// is summed up, and, where the agent's strategy says `"analysis": true`, the model tells sentiment
// and intent of the user's messages. Without a model nothing is made up: both stay empty.
class Upkeep {
 public:
  virtual ~Upkeep() = default;
  // Does a job of `upkeep_job_kind`, whose subject is a session; fails where it helps to try again.
  virtual Task<Result<JobOutcome>> run(CallContext context, Job job) = 0;
};

// The parts are borrowed.
std::unique_ptr<Upkeep> make_upkeep(ChatParts parts, ChatSettings settings);

}  // namespace aiva::chat
