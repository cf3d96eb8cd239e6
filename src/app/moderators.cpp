#include "app/moderators.h"

#include <chrono>
#include <string>
#include <utility>

#include "adapters/openai/openai.h"

namespace aiva::app {
namespace {

// A verdict is waited for: it is better late by one attempt than by four.
constexpr int attempts_max = 2;

}  // namespace

void build_moderation(const Config& config, Parts& parts) {
  const auto& given = config.moderation;
  if (!given.base_url.empty())
    parts.moderator = make_openai_moderator({.base_url = given.base_url,
                                             .api_key = given.api_key,
                                             .default_model = given.model,
                                             .timeout = std::chrono::seconds(10),
                                             .attempts_max = attempts_max,
                                             .backoff_first = std::chrono::milliseconds(100),
                                             .pause = parts.pause},
                                            *parts.http);
  auto secret_of = [&secrets = *parts.secrets](CallContext context, std::string name) {
    return secrets.open(std::move(context), std::move(name));
  };
  parts.moderation = moderation::make_moderation(
      {.provider = parts.moderator.get(),
       .http = *parts.http,
       .clock = parts.clock,
       .metrics = parts.metrics,
       .secret_of = secret_of},
      {.is_required = given.required,
       .checks_answers = given.answers,
       .fails_closed = given.on_failure == "block",
       .timeout = std::chrono::milliseconds(given.timeout_ms),
       .may_reach_private_addresses = config.webhooks.allow_private_hosts});
}

}  // namespace aiva::app
