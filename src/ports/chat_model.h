#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

enum class ChatRole { system, user, assistant };

struct ChatMessage {
  ChatRole role = ChatRole::user;
  std::string content;
};

struct ChatRequest {
  std::string model{};  // empty: the adapter's default
  std::vector<ChatMessage> messages;
  double temperature = 0.2;
  int tokens_max = 1024;
};

struct ChatUsage {
  std::int64_t input_tokens = 0;
  std::int64_t cached_tokens = 0;
  std::int64_t output_tokens = 0;
};

// A piece of the answer as it is generated. The last piece carries the usage, if known.
struct ChatDelta {
  std::string text;
  std::string finish_reason{};  // "stop", "length", … on the last piece
  std::optional<ChatUsage> usage{};
};

// An answer being generated. Destroying it cancels the generation.
class ChatStream {
 public:
  virtual ~ChatStream() = default;
  // The model that answers, as it names itself.
  [[nodiscard]] virtual const std::string& model() const = 0;
  // The next piece, nothing at the end. A stream cut before its end fails with `unavailable`.
  virtual Task<Result<std::optional<ChatDelta>>> next(CallContext context) = 0;
};

// A language model that answers a conversation.
class ChatModel {
 public:
  virtual ~ChatModel() = default;
  virtual Task<Result<std::unique_ptr<ChatStream>>> open(CallContext context,
                                                         ChatRequest request) = 0;
};

}  // namespace aiva
