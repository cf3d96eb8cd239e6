#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "foundation/pause.h"
#include "ports/chat_model.h"
#include "ports/http_client.h"
#include "ports/model_server/failure.h"
#include "ports/model_server/request_pace.h"
#include "ports/moderator.h"
#include "ports/text_embedder.h"

namespace aiva {

// How a server's dialect differs from OpenAI's own.
struct OpenAiQuirks {
  bool has_key_header = false;  // the key goes into api-key, as Azure wants it
  std::string api_version{};    // sent as ?api-version=
  enum class TokensField { by_model, max_tokens, max_completion_tokens };
  TokensField tokens_field = TokensField::by_model;
  bool has_stream_options = true;   // false: usage is told unasked, the option refused
  bool has_schemas = true;          // false: a schema is asked for in words, JSON in the request
  bool has_short_call_ids = false;  // ids of calls must be nine letters and digits
};

// A server that speaks the OpenAI dialect, and how patiently it is asked.
struct OpenAiOptions {
  std::string base_url = "https://api.openai.com/v1";  // {model} in it becomes the model's name
  std::string api_key{};                               // empty: none is sent. Never logged.
  std::string default_model{};
  std::chrono::milliseconds timeout{120000};  // for one attempt, a stream's whole length included
  int attempts_max = 4;
  std::chrono::milliseconds backoff_first{500};  // doubled for each further attempt, with jitter
  std::chrono::milliseconds backoff_max{8000};
  std::chrono::milliseconds retry_after_max{20000};  // told to wait longer: give up instead
  bool may_reach_private_addresses = true;           // the operator's own configuration may
  Pause pause{};                                     // empty: a thread of the adapter's
  std::function<std::chrono::steady_clock::time_point()> now{};  // for tests; empty: the machine's
  std::function<void(const model_server::Failure&)> on_failure{};  // of every attempt, any thread
  OpenAiQuirks quirks{};
};

// What a provider allows in a minute; 0: no limit is kept.
using OpenAiLimits = model_server::RateLimits;

struct OpenAiEmbedderOptions {
  OpenAiOptions server{};
  std::size_t dimension = 0;  // 0: learnt from the first answer; asked for where the model can
  std::size_t tokens_max = 8191;
  std::size_t batch_max = 100;             // texts in one request
  std::size_t batch_tokens_max = 300'000;  // of all texts of a request, as the provider counts
  std::chrono::milliseconds question_timeout{15000};  // for one attempt with a single text
  OpenAiLimits limits{};
  // What a text will count for, before the provider has said so; empty: four bytes a token.
  std::function<int(std::string_view)> estimate_tokens{};
};

// Chat over POST {base_url}/chat/completions, always streamed. Busy and unreachable servers are
// asked again until a stream began. Failures besides the context's: `unavailable` (server down,
// overloaded, our key or quota refused, answer broken off; with retry_after_s when told),
// `too_large` (more than the model's context), `invalid` (refused by the provider's content rules,
// or no valid request), `internal` (a request of ours it does not understand). `http` must outlive
// the model.
std::unique_ptr<ChatModel> make_openai_chat_model(OpenAiOptions options, HttpClient& http);

// Embeddings over POST {base_url}/embeddings in batches, scaled to unit length. Texts beyond
// tokens_max are cut. Requests keep to the limits; a single text, which is a question, goes before
// the others. Busy and silent servers are asked again. Fails like the chat model, and with
// `unavailable` when the limits leave no time before the deadline. `http` must outlive the
// embedder.
std::unique_ptr<TextEmbedder> make_openai_text_embedder(OpenAiEmbedderOptions options,
                                                        HttpClient& http);

// Moderation over POST {base_url}/moderations, 32 texts in a request. Fails like the chat model.
// `http` must outlive the moderator.
std::unique_ptr<Moderator> make_openai_moderator(OpenAiOptions options, HttpClient& http);

}  // namespace aiva
