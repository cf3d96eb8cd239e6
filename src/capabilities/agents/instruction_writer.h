#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/billing/billing.h"
#include "capabilities/identity/types.h"
#include "capabilities/knowledge/knowledge.h"
#include "foundation/call_context.h"
#include "foundation/ids.h"
#include "foundation/result.h"
#include "foundation/task.h"
#include "ports/chat_model.h"
#include "ports/database.h"

namespace aiva::agents {

// What an agent is wanted for.
struct InstructionWish {
  std::string purpose{};  // 1…8000 bytes
  std::string name{};     // of the agent
  std::string type{};
  std::string tone{};
  std::string language = "en";  // BCP 47, of the instructions
  std::string current{};        // instructions to be bettered; empty: new ones are written
  std::vector<KnowledgeBaseId> knowledge_bases{};
};

struct WrittenInstructions {
  std::string instructions;
  std::string provider{};
  std::string model{};
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
  billing::MicroUsd base_cost = 0;
  billing::MicroUsd final_cost = 0;
};

// Has a chat model write the instructions of an agent.
class InstructionWriter {
 public:
  virtual ~InstructionWriter() = default;
  // Fails with `invalid` (fields), `not_found` (a knowledge base), `quota_exceeded`, `unavailable`
  // (no model is configured, or it fails). Nothing is charged when it fails.
  virtual Task<Result<WrittenInstructions>> write(CallContext context, identity::Caller caller,
                                                  InstructionWish wish) = 0;
};

// What a model's work costs before the margin, by the names of its provider and itself.
using PriceOf = std::function<billing::MicroUsd(std::string_view provider, std::string_view model,
                                                const ChatUsage& usage)>;

// What it needs of the world; everything is borrowed.
struct InstructionWriterParts {
  Database& database;
  knowledge::Knowledge& knowledge;
  billing::Billing& billing;
  ChatModel* model = nullptr;  // null: none is configured
  std::string model_name{};    // that is asked; empty: the model's default
  PriceOf price_of{};
};

std::unique_ptr<InstructionWriter> make_instruction_writer(InstructionWriterParts parts);

}  // namespace aiva::agents
