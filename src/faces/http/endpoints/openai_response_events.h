#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "capabilities/chat/completions.h"
#include "faces/http/endpoints/openai_response_json.h"
#include "faces/http/response.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva::http {

// Tells a response as the events of OpenAI's stream: response.created, response.in_progress, the
// message's text piece by piece, its citations, the calls, response.completed or
// response.incomplete.
class ResponseEvents {
 public:
  // `events` is borrowed.
  ResponseEvents(ResponseFrame frame, EventWriter& events)
      : frame_(std::move(frame)), events_(events) {}

  // Whether something was sent, so that a failure must be told as an event.
  [[nodiscard]] bool has_begun() const { return has_begun_ || events_.is_started(); }

  Task<Result<void>> hear(chat::TurnEvent event);
  Task<Result<void>> finish(const chat::CompletionAnswer& answer);
  // response.failed, then `error`, which clients raise.
  Task<Result<void>> fail_with(Error error);

 private:
  template <class WriteMembers>
  Task<Result<void>> send(std::string_view type, WriteMembers write_members);
  template <class WriteMembers>
  Task<Result<void>> send_part(std::string_view type, WriteMembers write_members);

  Task<Result<void>> begin();
  Task<Result<void>> begin_message();
  Task<Result<void>> end_message(const chat::CompletionAnswer& answer);
  Task<Result<void>> tell_citations(const std::vector<chat::Source>& sources);
  Task<Result<void>> tell_call(const ToolCall& call, std::size_t output_index);

  ResponseFrame frame_;
  EventWriter& events_;
  std::int64_t sequence_number_ = 0;
  bool has_begun_ = false;
  bool has_message_ = false;
};

}  // namespace aiva::http
