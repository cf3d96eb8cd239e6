#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/knowledge/knowledge.h"
#include "capabilities/search/search.h"
#include "foundation/call_context.h"
#include "foundation/metrics.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/chat_model.h"
#include "ports/clock.h"
#include "ports/database.h"
#include "ports/text_embedder.h"

namespace aiva::chat {

struct Session {
  ChatSessionId id{};
  TenantId tenant{};
  std::optional<KnowledgeBaseId> knowledge_base{};
  std::string title{};
  std::string user_name{};
  std::string status = "active";  // active | ended
  std::string metadata = "{}";
  std::int64_t message_count = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct NewSession {
  std::optional<KnowledgeBaseId> knowledge_base{};
  std::string title{};
  std::string user_name{};
  std::string metadata = "{}";
};

// Where a statement of an answer comes from.
struct Source {
  int number = 0;  // the [n] in the answer's text
  DocumentId document{};
  std::string document_name{};
  ChunkId chunk{};
  int page = 1;
  std::string quote{};
  std::string heading_path{};
  double score = 0;
};

struct Message {
  MessageId id{};
  ChatSessionId session{};
  std::string role;     // user | assistant
  std::string content;
  std::vector<Source> sources{};
  UnixMs created_at = 0;
};

struct Answer {
  ChatSessionId session{};
  MessageId user_message{};
  MessageId message{};
  std::string text;            // with [n] markers
  std::vector<Source> sources;
  std::string provider{};      // "openai" or "extractive"
  std::string model{};
  bool is_extractive = false;  // no chat model: made of the best cited sentences
  std::int64_t context_chunks = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  billing::MicroUsd base_cost = 0;
  billing::MicroUsd final_cost = 0;
  double time_ms = 0;
};

// What a streaming caller hears of a turn, in this order: sources once, deltas, then the result of
// answer() itself ends the turn.
struct TurnEvent {
  enum class Kind { sources, delta } kind = Kind::delta;
  std::string text{};            // delta
  std::vector<Source> sources{};
};
using TurnListener = std::function<Task<Result<void>>(TurnEvent)>;

struct Turn {
  ChatSessionId session{};
  std::string content;           // 1…8000 characters
  TurnListener listener{};       // may be empty
};

// Conversations that are answered out of a knowledge base. Only rows of `context.tenant` are seen.
class Chat {
 public:
  virtual ~Chat() = default;
  virtual Task<Result<Session>> create_session(CallContext context, NewSession session) = 0;
  virtual Task<Result<Session>> session(CallContext context, ChatSessionId id) = 0;
  struct SessionFilter {
    std::optional<std::string> status{};
    knowledge::PageRequest page{};
  };
  virtual Task<Result<knowledge::PageOf<Session>>> sessions(CallContext context,
                                                            SessionFilter filter) = 0;
  virtual Task<Result<void>> end_session(CallContext context, ChatSessionId id) = 0;
  // Oldest first.
  virtual Task<Result<knowledge::PageOf<Message>>> messages(CallContext context, ChatSessionId id,
                                                            knowledge::PageRequest page) = 0;
  // Saves the user's message, retrieves, answers, saves the answer with its cost. One turn of a
  // session at a time: `conflict` while another runs.
  virtual Task<Result<Answer>> answer(CallContext context, Turn turn) = 0;
};

struct ChatSettings {
  std::size_t history_messages_max = 10;
  int context_chunks = 6;
  int answer_tokens_max = 1024;
};

struct ChatParts {
  Database& database;
  knowledge::Knowledge& knowledge;
  search::Search& search;
  TextEmbedder& embedder;
  ChatModel* model;  // null: extractive answers
  billing::Billing& billing;
  const Clock& clock;
  Metrics& metrics;
};

std::unique_ptr<Chat> make_chat(ChatParts parts, ChatSettings settings);

}  // namespace aiva::chat
