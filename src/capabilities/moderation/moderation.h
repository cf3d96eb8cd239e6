// The only public face of this capability.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/agents/types.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/clock.h"
#include "ports/http_client.h"
#include "ports/moderator.h"

namespace aiva::moderation {

enum class Stage {
  message,  // before a model sees it
  answer,   // before somebody sees it
};

struct Subject {
  Stage stage = Stage::message;
  std::vector<std::string> texts{};
  std::optional<AgentId> agent{};
  ChatSessionId session{};  // nil outside of stored conversations
};

struct Verdict {
  enum class Kind { unasked, passed, flagged, blocked } kind = Kind::unasked;
  bool is_unchecked = false;              // one who should have looked could not
  std::vector<std::string> categories{};  // that were found, by name, each once
  std::string message{};                  // to be said instead of it; empty: anything
};

class Moderation {
 public:
  virtual ~Moderation() = default;
  // Whether anybody is asked about texts of that stage.
  [[nodiscard]] virtual bool looks_at(Stage stage,
                                      const agents::ModerationSettings& settings) const = 0;
  // Asks whom the settings and the server's rules name. Takes no longer than their time.
  virtual Task<Verdict> look_at(CallContext context, agents::ModerationSettings settings,
                                Subject subject) = 0;
};

// What holds whatever an agent says.
struct ModerationRules {
  bool is_required = false;     // every message is put to the provider, and blocked when flagged
  bool checks_answers = false;  // every answer, too
  bool fails_closed = false;    // blocked when the provider cannot be asked
  std::chrono::milliseconds timeout{3000};
  bool may_reach_private_addresses = false;  // webhooks, also over http
};

// Everything is borrowed.
struct ModerationParts {
  Moderator* provider = nullptr;  // null: none is configured
  HttpClient& http;
  const Clock& clock;
  Metrics& metrics;
  // A secret of the context's tenant, by its name; fails with `not_found`.
  std::function<Task<Result<std::string>>(CallContext, std::string)> secret_of{};
};

std::unique_ptr<Moderation> make_moderation(ModerationParts parts, ModerationRules rules = {});

}  // namespace aiva::moderation
