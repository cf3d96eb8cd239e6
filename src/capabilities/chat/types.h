#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/chat/shown_product.h"
#include "capabilities/functions/agent_tools.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "foundation/time.h"
#include "ports/chat_model.h"
#include "ports/document_reader.h"

namespace aiva::chat {

struct Session {
  ChatSessionId id{};
  TenantId tenant{};
  std::optional<AgentId> agent{};
  std::optional<KnowledgeBaseId> knowledge_base{};  // with an agent: instead of its own
  std::string title{};
  std::string user_name{};
  std::string status = "active";  // active | ended
  std::string handover = "none";  // none | waiting (for a person) | claimed (a person answers)
  std::string metadata = "{}";
  std::string greeting{};  // of a new session, whose first message it is
  std::int64_t message_count = 0;
  UnixMs created_at = 0;
  UnixMs updated_at = 0;
};

struct NewSession {
  std::optional<AgentId> agent{};
  std::optional<KnowledgeBaseId> knowledge_base{};  // with an agent: instead of its own
  std::string title{};
  std::string user_name{};
  std::string metadata = "{}";
  std::optional<std::string> greeting{};  // instead of the agent's
};

// Names the provider of an agent's greeting, which is no answer.
inline constexpr std::string_view greeting_provider = "greeting";

// Where a statement of an answer comes from.
struct Source {
  int number = 0;  // the [n] in the answer's text
  DocumentId document{};
  std::string document_name{};
  int document_version = 1;
  ChunkId chunk{};
  int page = 1;
  std::optional<Box> box{};  // where on the page, in points
  std::string quote{};
  std::string heading_path{};
  double score = 0;
  bool is_cited = true;  // false: only read for an answer that cites nothing
};

// An image of a knowledge base that goes with an answer.
struct ShownImage {
  ImageId id{};
  KnowledgeBaseId knowledge_base{};
  std::string url{};  // below the address of the server, as is the thumbnail's
  std::string thumbnail_url{};
  std::string filename{};
  std::string media_type{};
  int width = 0;
  int height = 0;
  std::string description{};
  DocumentId document{};  // nil: in none
  int page = 0;           // of the document
  double score = 0;       // the images of an answer are sorted by it
};

// What was found in what was said; each state is empty (nobody looked), passed, flagged or blocked.
struct Moderated {
  std::string message{};  // of the user
  std::string answer{};
  std::vector<std::string> categories{};
  bool is_unchecked = false;  // one who should have looked could not
};

// What the model decided besides its words.
struct Decision {
  bool searched_again = false;  // by a question of its own
  bool needs_clarification = false;
  bool wants_transfer = false;  // to a person
  bool is_closed = false;       // the conversation is over
  std::string transfer_queue{};
  std::string reason{};         // of a transfer or an end, as the model gave it
  std::string blocked_topic{};  // the question was about; no model was asked
  Moderated moderation{};
};

// One priced part of an answer, before the margin.
struct CostOperation {
  std::string operation;  // "search" | "chat" | "image_search" | "product_search"
  billing::MicroUsd base_cost = 0;
};

struct Answer {
  ChatSessionId session{};
  MessageId user_message{};
  MessageId message{};
  std::string text{};  // Markdown with [n] markers
  // The passages the text cites. A model's answer that cites nothing lists all it was given, each
  // with is_cited = false; an extract that found no answer lists none.
  std::vector<Source> sources{};
  std::vector<ShownImage> images{};      // of the knowledge bases, that fit the question
  std::vector<ShownProduct> products{};  // of their shops, at most 10
  std::vector<functions::ToolOutcome> function_calls{};
  Decision decision{};
  std::optional<AgentId> agent{};
  std::string agent_name{};
  std::int64_t agent_version = 0;
  std::string provider{};  // "openai", "anthropic", …; "extractive" or "rule" without a model
  std::string model{};
  double temperature = 0;
  std::string finish_reason = "stop";  // stop | length | content_filter
  bool is_extractive = false;          // no chat model: made of the best cited sentences
  bool is_interrupted = false;
  bool is_buffering = false;  // nothing else is set: a later message's turn answers this one, too
  std::int64_t removed_citations = 0;  // of passages that were never given
  std::int64_t context_chunks = 0;
  std::int64_t input_tokens = 0;
  std::int64_t cached_tokens = 0;  // of the input
  std::int64_t output_tokens = 0;
  billing::MicroUsd base_cost = 0;
  billing::MicroUsd final_cost = 0;
  std::vector<CostOperation> operations{};
  double time_ms = 0;
  // What moderators say of what the turn brought as said beside the chat, in its order; not kept.
  std::vector<std::string> said_moderation{};
};

struct Message {
  MessageId id{};
  ChatSessionId session{};
  std::int64_t sequence_number = 0;  // within the session
  std::string role{};                // user | assistant | operator (a person who answers)
  std::int64_t image_count = 0;      // pictures that came with a user's message
  std::string language{};            // of a user's message, ISO 639; empty: cannot be told
  std::string sentiment{};           // positive | neutral | negative, once the model told
  std::string intent{};
  std::string
      moderation{};     // of a user's message: empty (nobody looked) | passed | flagged | blocked
  UserId written_by{};  // of an operator's message; nil for an API key
  UnixMs created_at = 0;
  Answer answer{};  // its text is what a message of any role says
};

// What a streaming caller hears of a turn: sources (the passages the answer may cite, all of them
// again when the model found more), function calls as they begin and end, deltas; then the result
// of the turn itself ends it. The deltas join to the answer's text. A listener that fails says that
// its client is gone.
struct TurnEvent {
  enum class Kind { sources, delta, function_call, moderation } kind = Kind::delta;
  std::string text{};  // delta
  std::vector<Source> sources{};
  functions::ToolOutcome call{};  // with an empty result while it runs
  Moderated moderation{};         // something was flagged or blocked, or could not be looked at
};
using TurnListener = std::function<Task<Result<void>>(TurnEvent)>;

// What was said in a conversation beside its chat, as a flow of a call does.
struct SaidBeside {
  ChatRole role = ChatRole::user;  // user | assistant
  std::string text{};
  std::size_t questions_since = 0;  // of the chat that were asked after it, without this turn's
  std::string moderation{};         // of a user's words, as of a message; blocked: no model sees it
};

struct Turn {
  ChatSessionId session{};
  std::string content{};            // 1…8000 characters
  std::vector<ChatImage> images{};  // at most 4; bytes of at most 5 MiB each, or an https URL
  // How the client names its message, at most 100 bytes: sent again, it is neither saved nor
  // answered twice. One that failed is answered anew.
  std::string client_message{};
  MessageId answer{};        // the id the answer shall have; nil: a new one
  bool is_visitors = false;  // of a stranger's at a public page
  TurnListener listener{};   // may be empty
  // What the answer shall follow besides; it is not kept, and the user does not see it.
  std::string guidance{};
  // A part of the conversation for the model, oldest first; not kept, so each turn brings it again.
  // Moderators see of it what they have not seen, apart from the question.
  std::vector<SaidBeside> said{};
};

}  // namespace aiva::chat
