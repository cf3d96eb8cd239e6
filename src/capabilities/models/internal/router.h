#pragma once

#include <memory>
#include <unordered_map>

#include "capabilities/models/internal/lanes.h"
#include "capabilities/models/internal/routed_stream.h"
#include "capabilities/models/internal/routing.h"
#include "capabilities/models/internal/tenant_keys.h"
#include "foundation/span.h"
#include "ports/chat_model.h"

namespace aiva::models {

// What a call may cost: four bytes a token, a thousand for a picture, and the whole answer.
double estimate_tokens(const ChatRequest& request);

// The chat model that asks others.
class Router final : public ChatModel {
 public:
  // Everything is borrowed.
  Router(const ModelsSettings& settings, const Routing& routing, Lanes& lanes, TenantKeys& keys,
         const Clock& clock);

  Task<Result<std::unique_ptr<ChatStream>>> open(CallContext context, ChatRequest request) override;

 private:
  using Stream = std::unique_ptr<ChatStream>;
  // One candidate's turn; `is_last`: nobody would be asked after it.
  struct Attempt {
    std::shared_ptr<Lane> lane;
    ChatRequest request;
    bool is_last = false;
    Span* span = nullptr;  // of the call; an answer that begins takes it along
  };
  Task<Result<Stream>> ask_in_turn(CallContext context, ChatRequest request, Span& span);
  Task<Result<Stream>> ask(CallContext context, Attempt attempt);
  Task<Result<Gate::Pass>> wait_for_turn(CallContext context, std::shared_ptr<Lane> lane,
                                         double tokens);
  Task<Result<Stream>> begin(CallContext context, Attempt attempt, Gate::Pass pass);
  Error judge(const CallContext& context, Lane& lane, Error error) const;
  [[nodiscard]] double weight_of(TenantId tenant) const;
  [[nodiscard]] double seconds_since(std::chrono::steady_clock::time_point begin) const;

  const ModelsSettings& settings_;
  const Routing& routing_;
  Lanes& lanes_;
  TenantKeys& keys_;
  const Clock& clock_;
  std::unordered_map<TenantId, double> weights_;
};

}  // namespace aiva::models
