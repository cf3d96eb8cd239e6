#include "adapters/openai/internal/server_options.h"

namespace aiva::openai {

model_server::ServerOptions server_options(const OpenAiOptions& options) {
  model_server::ServerOptions server{
      .base_url = options.base_url,
      .api_key = options.api_key,
      .timeout = options.timeout,
      .attempts_max = options.attempts_max,
      .backoff_first = options.backoff_first,
      .backoff_max = options.backoff_max,
      .retry_after_max = options.retry_after_max,
      .may_reach_private_addresses = options.may_reach_private_addresses,
      .pause = options.pause,
      .on_failure = options.on_failure};
  if (!options.quirks.api_version.empty())
    server.query = "?api-version=" + options.quirks.api_version;
  if (options.api_key.empty()) return server;
  if (options.quirks.has_key_header)
    server.headers.push_back({"api-key", options.api_key});
  else
    server.headers.push_back({"Authorization", "Bearer " + options.api_key});
  return server;
}

}  // namespace aiva::openai
