#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "foundation/json.h"
#include "ports/model_server/answer_stream.h"

namespace aiva::anthropic {

// Reads the events of a streamed message.
class MessageAnswer final : public model_server::AnswerReader {
 public:
  // `api_key` is kept out of errors. With `is_by_function` the arguments of a call are the text.
  MessageAnswer(std::string api_key, bool is_by_function)
      : api_key_(std::move(api_key)), is_by_function_(is_by_function) {}

  model_server::Reading read(const SseEvent& event,
                             model_server::AnswerInProgress& answer) override;
  model_server::Reading end(model_server::AnswerInProgress& answer) override;

 private:
  void begin(const json::Value& event, model_server::AnswerInProgress& answer);
  void begin_block(const json::Value& event, model_server::AnswerInProgress& answer);
  model_server::Reading continue_block(const json::Value& event,
                                       model_server::AnswerInProgress& answer);
  void end_block(const json::Value& event, model_server::AnswerInProgress& answer);
  void read_reason(const json::Value& event, model_server::AnswerInProgress& answer);
  void count(const json::Value& usage, model_server::AnswerInProgress& answer);

  std::string api_key_;
  bool is_by_function_;
  std::map<std::int64_t, ToolCall> open_calls_;  // by the number of their block
  std::vector<ToolCall> doubtful_;
  std::size_t calls_ = 0;
  std::size_t argument_bytes_ = 0;
  std::int64_t fresh_tokens_ = 0;
  std::int64_t written_tokens_ = 0;
};

}  // namespace aiva::anthropic
