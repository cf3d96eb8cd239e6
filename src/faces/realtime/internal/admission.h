#pragma once

#include <memory>
#include <optional>
#include <string>

#include "capabilities/agents/active_agents.h"
#include "faces/http/request.h"
#include "faces/realtime/ephemeral_keys.h"
#include "faces/realtime/routes.h"
#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::realtime {

// Fails with `unavailable` where no calls are answered.
Result<void> check_calls(const RealtimeParts& parts);

// Who opens a WebSocket, and which agent answers.
struct Admitted {
  CallContext context{};               // of the caller's tenant
  agents::ActiveAgentPointer agent{};  // null: that of the announced call
  std::optional<EphemeralKey> key{};
  bool may_read_agent = false;  // its instructions, too
};

// Fails with `unauthenticated`, with `forbidden` without the right to chat or with a key of another
// agent, with `invalid` when the request names no agent, and as ActiveAgents::find does. The agent
// stands in the path (`:agentId`), or is the query parameter `model`, by id or slug; it may be
// missing where the query parameter `announced` names the session of an announced call. Fails with
// `unavailable` where no calls are answered.
Task<Result<Admitted>> admit(const RealtimeParts& parts, CallContext context,
                             const http::Request& request);
// The same where the ephemeral key comes later than the request.
Task<Result<Admitted>> admit_with_key(const RealtimeParts& parts, CallContext context,
                                      const http::Request& request, std::string secret);

// The call a leg of `provider` begins: the one its key is for, or that was announced, or a new one.
// Query parameters tell more of it: `caller`, `caller_name`, `did`.
Task<Result<voice::Call>> find_call(const RealtimeParts& parts, const Admitted& admitted,
                                    const http::Request& request, voice::NewCall call);
// Answers a call that was found, unless its client is gone by now. One that is not answered is
// over: nobody can claim it again.
Task<Result<std::shared_ptr<voice::LiveCall>>> answer_call(const RealtimeParts& parts,
                                                           CallContext context, voice::Call call,
                                                           std::shared_ptr<voice::Leg> leg,
                                                           bool is_gone);

}  // namespace aiva::realtime
