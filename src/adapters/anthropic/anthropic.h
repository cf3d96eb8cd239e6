#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "foundation/pause.h"
#include "ports/chat_model.h"
#include "ports/http_client.h"
#include "ports/model_server/failure.h"

namespace aiva {

// Anthropic's Messages API, or a server that speaks it, and how patiently it is asked.
struct AnthropicOptions {
  std::string base_url = "https://api.anthropic.com";
  std::string api_key{};  // empty: none is sent. Never logged.
  std::string default_model{};
  std::string version = "2023-06-01";
  std::chrono::milliseconds timeout{120000};  // for one attempt, a stream's whole length included
  int attempts_max = 4;
  std::chrono::milliseconds backoff_first{500};  // doubled for each further attempt, with jitter
  std::chrono::milliseconds backoff_max{8000};
  std::chrono::milliseconds retry_after_max{20000};  // told to wait longer: give up instead
  bool may_reach_private_addresses = true;           // the operator's own configuration may
  Pause pause{};                                     // empty: a thread of the adapter's
  std::function<void(const model_server::Failure&)> on_failure{};  // of every attempt, any thread
};

// Chat over POST {base_url}/v1/messages, always streamed. Fails like the OpenAI dialect's model.
// `http` must outlive the model.
std::unique_ptr<ChatModel> make_anthropic_chat_model(AnthropicOptions options, HttpClient& http);

}  // namespace aiva
