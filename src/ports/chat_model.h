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

enum class ChatRole { system, user, assistant, tool };

// A picture a user's message comes with: its bytes, or where the provider fetches it.
struct ChatImage {
  std::string mime_type{};  // "image/png", …; of the bytes
  std::string bytes{};
  std::string url{};     // https, when there are no bytes
  std::string detail{};  // "low" | "high"; empty: the provider chooses
};

// A function the model wants called.
struct ToolCall {
  std::string id;         // as the model names it; its answer repeats it
  std::string name;       // of the function
  std::string arguments;  // the JSON text the model wrote; may be malformed
};

struct ChatMessage {
  ChatRole role = ChatRole::user;
  std::string content;
  std::vector<ChatImage> images{};     // of a user's message
  std::vector<ToolCall> tool_calls{};  // of an assistant's message
  std::string tool_call_id{};          // of a tool's message: the call it answers
};

// A function the model may ask for.
struct ToolDefinition {
  std::string name;  // [a-zA-Z0-9_-]{1,64}
  std::string description{};
  std::string parameters = "{}";  // a JSON Schema object
  bool is_strict = false;  // arguments must follow the schema, where the model can promise it
};

struct ToolChoice {
  enum class Mode { automatic, none, required, named } mode = Mode::automatic;
  std::string name{};  // with `named`
};

// The form an answer must have.
struct AnswerFormat {
  enum class Kind { text, json, schema } kind = Kind::text;
  std::string name{};         // of the schema
  std::string schema = "{}";  // JSON Schema
  bool is_strict = false;
};

struct ChatRequest {
  std::string model{};  // empty: the adapter's default
  std::vector<ChatMessage> messages;
  double temperature = 0.2;
  int tokens_max = 1024;
  std::vector<ToolDefinition> tools{};
  ToolChoice tool_choice{};
  AnswerFormat format{};
  std::optional<double> top_p{};
  std::vector<std::string> stop{};
};

struct ChatUsage {
  std::int64_t input_tokens = 0;   // cached ones included
  std::int64_t cached_tokens = 0;  // of the input, charged less
  std::int64_t output_tokens = 0;
  std::int64_t cache_written_tokens = 0;  // of the input, kept for later and charged more
};

// A piece of the answer as it is generated. The last piece carries the usage, if known.
struct ChatDelta {
  std::string text{};
  std::vector<ToolCall> tool_calls{};  // each once, when it is whole
  std::string finish_reason{};  // on the last piece: stop | length | tool_calls | content_filter
  std::optional<ChatUsage> usage{};
};

// An answer being generated. Destroying it cancels the generation.
class ChatStream {
 public:
  virtual ~ChatStream() = default;
  // The model that answers, as it names itself.
  [[nodiscard]] virtual const std::string& model() const = 0;
  // Who runs it ("openai", "anthropic", …); empty where only one is known.
  [[nodiscard]] virtual std::string provider() const { return {}; }
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
