#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "foundation/time.h"
#include "ports/chat_model.h"
#include "ports/model_server/failure.h"

namespace aiva::models {

enum class Dialect { openai, anthropic };

// How a server's OpenAI dialect differs from OpenAI's own.
struct DialectQuirks {
  bool has_key_header = false;      // the key goes into api-key, as Azure wants it
  std::string api_version{};        // sent as ?api-version=; Anthropic's in its header
  std::string tokens_field{};       // max_tokens | max_completion_tokens; empty: by the model
  bool has_stream_options = true;   // false: usage is told unasked, the option refused
  bool has_schemas = true;          // false: a schema is asked for in words
  bool has_short_call_ids = false;  // ids of calls must be nine letters and digits
  auto operator<=>(const DialectQuirks&) const = default;
};

// What a key may be used for; 0: no limit is kept.
struct KeyLimits {
  std::int64_t requests_per_minute = 0;
  std::int64_t tokens_per_minute = 0;
  std::int64_t concurrency_max = 0;  // answers at a time
  auto operator<=>(const KeyLimits&) const = default;
};

// A server with language models, as the operator configured it.
struct ProviderSettings {
  std::string name{};  // [a-z0-9_-]{1,32}
  Dialect dialect = Dialect::openai;
  std::string base_url{};
  std::string api_key{};                // the operator's; never told or logged
  bool needs_key = true;                // without a key it is not asked
  std::vector<std::string> prefixes{};  // of names of its models; "": of all
  std::string default_model{};          // for its name alone
  KeyLimits limits{};                   // of the operator's key
  DialectQuirks quirks{};
  auto operator<=>(const ProviderSettings&) const = default;
};

// Hears of every attempt at a provider that failed, on any thread.
using AttemptListener = std::function<void(const model_server::Failure&)>;

// Makes a model that speaks to a provider with a key.
using ModelFactory = std::function<std::unique_ptr<ChatModel>(
    const ProviderSettings& provider, const std::string& api_key, AttemptListener listener)>;

// How calls with one key fare.
struct LaneState {
  std::string breaker = "closed";  // closed | open | half_open
  std::int64_t retry_in_s = 0;     // while open
  std::int64_t waiting = 0;
  std::int64_t running = 0;
  bool has_request_limit = false;
  std::int64_t requests_left = 0;  // that may go at once
  bool has_token_limit = false;
  std::int64_t tokens_left = 0;  // negative after more was taken than thought
};

// A tenant's own key, as far as it is shown.
struct TenantKey {
  std::string provider;
  std::string last4;
  std::int64_t requests_per_minute = 0;
  std::int64_t tokens_per_minute = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct NewTenantKey {
  std::string provider;
  std::string key;  // 8…512 visible ASCII signs
  std::int64_t requests_per_minute = 0;
  std::int64_t tokens_per_minute = 0;
};

// What came of asking a provider for a word with a tenant's key.
struct KeyTest {
  bool is_working = false;
  std::string model{};
  std::string message{};  // why not
  double time_ms = 0;
};

// A provider as a tenant sees it.
struct ProviderState {
  std::string name;
  Dialect dialect = Dialect::openai;
  std::string default_model{};
  std::vector<std::string> prefixes{};
  bool has_server_key = false;  // or needs none
  bool has_tenant_key = false;
  LaneState state{};  // of the key this tenant's calls take
};

struct Overview {
  std::string default_model{};
  std::vector<std::string> fall_back{};
  std::vector<ProviderState> providers{};
};

}  // namespace aiva::models
