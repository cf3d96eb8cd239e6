#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/knowledge/knowledge.h"
#include "capabilities/knowledge/sections.h"
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
  bool is_cited = true;  // false: only read for an answer that cites nothing
};

struct Message {
  MessageId id{};
  ChatSessionId session{};
  std::string role;  // user | assistant
  std::string content;
  std::vector<Source> sources{};
  std::string provider{};  // of an answer
  std::string model{};
  bool is_extractive = false;
  bool is_interrupted = false;  // the client went away: the text ends where it had come to
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  billing::MicroUsd final_cost = 0;
  UnixMs created_at = 0;
};

// One priced part of an answer, before the margin.
struct CostOperation {
  std::string operation;  // "search" | "chat"
  billing::MicroUsd base_cost = 0;
};

struct Answer {
  ChatSessionId session{};
  MessageId user_message{};
  MessageId message{};
  std::string text;  // Markdown with [n] markers
  // The passages the text cites. A model's answer that cites nothing lists all it was given, each
  // with is_cited = false; an extract that found no answer lists none.
  std::vector<Source> sources;
  std::string provider{};  // "openai" or "extractive"
  std::string model{};
  bool is_extractive = false;  // no chat model: made of the best cited sentences
  bool is_interrupted = false;
  std::int64_t context_chunks = 0;
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  billing::MicroUsd base_cost = 0;
  billing::MicroUsd final_cost = 0;
  std::vector<CostOperation> operations{};
  double time_ms = 0;
};

// What a streaming caller hears of a turn, in this order: sources once (the passages the answer may
// cite), deltas, then the result of answer() itself ends the turn. The deltas join to the answer's
// text. A listener that fails says that its client is gone.
struct TurnEvent {
  enum class Kind { sources, delta } kind = Kind::delta;
  std::string text{};  // delta
  std::vector<Source> sources{};
};
using TurnListener = std::function<Task<Result<void>>(TurnEvent)>;

struct Turn {
  ChatSessionId session{};
  std::string content;      // 1…8000 characters
  TurnListener listener{};  // may be empty
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
  // session at a time: `conflict` while another runs or when the session has ended. When the model
  // fails the user's message stays and nothing is charged. When the client goes away the text so
  // far is saved as interrupted, and charged.
  virtual Task<Result<Answer>> answer(CallContext context, Turn turn) = 0;
};

// What a model costs, for every model whose name starts with `prefix`; the longest prefix wins.
struct ModelPrice {
  std::string prefix;
  std::int64_t nano_usd_per_input_token = 0;
  std::int64_t nano_usd_per_cached_token = 0;
  std::int64_t nano_usd_per_output_token = 0;
};

struct ChatSettings {
  std::size_t history_messages_max = 10;
  int context_chunks = 6;
  int answer_tokens_max = 1024;
  std::size_t passage_tokens_max = 5000;
  std::size_t section_tokens_max = 2000;  // of a passage with what stands around it
  std::size_t history_tokens_max = 2000;
  std::string provider = "openai";  // how answers name where the model is
  // As the model counts; without it, estimated.
  std::function<std::size_t(std::string_view)> count_tokens{};
  std::vector<ModelPrice> prices = {{"gpt-4o-mini", 150, 75, 600}, {"gpt-4o", 2500, 1250, 10000}};
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
  knowledge::Sections* sections = nullptr;  // null: a model sees no more than the chunks found
};

std::unique_ptr<Chat> make_chat(ChatParts parts, ChatSettings settings);

}  // namespace aiva::chat
