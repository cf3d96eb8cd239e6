#pragma once

#include <string>
#include <string_view>

#include "adapters/openai/internal/tool_call_pieces.h"
#include "foundation/json.h"
#include "ports/model_server/answer_stream.h"

namespace aiva::openai {

// Reads the events of a streamed chat completion.
class ChatAnswer final : public model_server::AnswerReader {
 public:
  // `api_key` is kept out of errors.
  explicit ChatAnswer(std::string api_key) : api_key_(std::move(api_key)) {}

  model_server::Reading read(const SseEvent& event,
                             model_server::AnswerInProgress& answer) override;
  model_server::Reading end(model_server::AnswerInProgress& answer) override;

 private:
  model_server::Reading read_choice(const json::Value& choice,
                                    model_server::AnswerInProgress& answer);
  void complete(model_server::AnswerInProgress& answer);

  std::string api_key_;
  ToolCallPieces calls_;
  bool has_calls_ = false;
};

}  // namespace aiva::openai
