#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/agents/types.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/cache.h"
#include "ports/clock.h"

namespace aiva::agents {

// What a visitor of a public chat page may do: talk in this one session of this agent.
struct VisitorSession {
  AgentId agent{};
  TenantId tenant{};
  ChatSessionId session{};
  std::string visitor{};  // who it is from session to session; a random word
  std::string origin{};   // of the page that may use it, "https://host"
  UnixMs expires_at = 0;
};

struct VisitorSettings {
  std::chrono::minutes token_lifetime{60};
  std::chrono::hours renewal_time{24};  // so long after its end a token still earns the next
  int visitors_per_address = 10;        // an address may do as much as so many visitors
};

// Hands out the tokens of visitors and counts what they do. A token is signed and holds everything,
// so that no row is read for it. Any thread.
class Visitors {
 public:
  // `master_key` is the installation's; the cache and the clock are borrowed.
  Visitors(std::string_view master_key, Cache& cache, const Clock& clock,
           VisitorSettings settings = {});

  // A token for the session, and when it ends.
  struct Token {
    std::string text;
    UnixMs expires_at = 0;
  };
  [[nodiscard]] Token issue(VisitorSession session) const;
  // Fails with `unauthenticated` for everything that is not a token of ours for this agent and
  // origin, still in its time. Nothing for the origin: the caller sees to it that no other page
  // reads the answer.
  [[nodiscard]] Result<VisitorSession> open(std::string_view token, AgentId agent,
                                            std::optional<std::string_view> origin) const;
  // The same for a token that has ended lately: it earns the next one.
  [[nodiscard]] Result<VisitorSession> reopen(std::string_view token, AgentId agent,
                                              std::string_view origin) const;

  // Counts one message. Fails with `rate_limited` beyond what the agent allows all visitors, one
  // visitor, or one address. A cache that fails lets it pass.
  Task<Result<void>> count_message(CallContext context, WidgetSettings limits,
                                   VisitorSession session, std::string address);
  // Counts one call to an agent. Fails with `rate_limited` beyond what it allows one address. A
  // cache that fails lets it pass.
  Task<Result<void>> count_call(CallContext context, AgentId agent, WidgetSettings limits,
                                std::string address);
  // What an address is called where it must not be told itself: "web-" and 12 hexadecimal digits.
  [[nodiscard]] std::string name_of(std::string_view address) const;

 private:
  // One limit: so many in a window, counted under a key.
  struct Rule {
    std::string key;
    std::chrono::milliseconds window;
    std::int64_t count_max;
  };

  [[nodiscard]] Result<VisitorSession> read(std::string_view token, AgentId agent,
                                            std::optional<std::string_view> origin,
                                            UnixMs not_before) const;
  [[nodiscard]] std::string signature_of(std::string_view payload) const;
  Task<Result<void>> count(CallContext context, std::vector<Rule> rules, std::string refusal);

  std::string key_;
  Cache& cache_;
  const Clock& clock_;
  VisitorSettings settings_;
};

}  // namespace aiva::agents
