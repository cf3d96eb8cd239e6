#include "faces/http/endpoints/openai_response_events.h"

#include <utility>

#include "faces/http/openai_errors.h"

namespace aiva::http {

template <class WriteMembers>
Task<Result<void>> ResponseEvents::send(std::string_view type, WriteMembers write_members) {
  std::string data;
  JsonWriter writer(data);
  writer.begin_object().field("type", type).field("sequence_number", sequence_number_++);
  write_members(writer);
  writer.end_object();
  return events_.send(std::string(type), std::move(data));
}

// An event about the text of the output message.
template <class WriteMembers>
Task<Result<void>> ResponseEvents::send_part(std::string_view type, WriteMembers write_members) {
  return send(type, [this, &write_members](JsonWriter& writer) {
    writer.field("item_id", frame_.message_id).field("output_index", 0).field("content_index", 0);
    write_members(writer);
  });
}

Task<Result<void>> ResponseEvents::begin() {
  if (std::exchange(has_begun_, true)) co_return Result<void>();
  auto write = [this](JsonWriter& writer) {
    writer.key("response");
    write_open_response(writer, frame_);
  };
  CO_TRY_VOID(co_await send("response.created", write));
  CO_TRY_VOID(co_await send("response.in_progress", write));
  co_return Result<void>();
}

Task<Result<void>> ResponseEvents::begin_message() {
  if (std::exchange(has_message_, true)) co_return Result<void>();
  auto added = send("response.output_item.added", [this](JsonWriter& writer) {
    writer.field("output_index", 0).key("item");
    write_output_message(writer, frame_.message_id, "in_progress", nullptr);
  });
  CO_TRY_VOID(co_await std::move(added));
  auto part = send_part("response.content_part.added", [](JsonWriter& writer) {
    writer.key("part");
    write_output_text(writer, {}, {});
  });
  CO_TRY_VOID(co_await std::move(part));
  co_return Result<void>();
}

Task<Result<void>> ResponseEvents::hear(chat::TurnEvent event) {
  CO_TRY_VOID(co_await begin());
  if (event.kind != chat::TurnEvent::Kind::delta || event.text.empty()) co_return Result<void>();
  CO_TRY_VOID(co_await begin_message());
  auto sending = send_part("response.output_text.delta", [&event](JsonWriter& writer) {
    writer.field("delta", event.text).key("logprobs").begin_array().end_array();
  });
  auto sent = co_await std::move(sending);
  co_return sent;
}

Task<Result<void>> ResponseEvents::tell_citations(const std::vector<chat::Source>& sources) {
  std::size_t told = 0;
  for (std::size_t i = 0; i < sources.size(); ++i) {
    if (!sources[i].is_cited) continue;
    auto write = [&sources, i, told](JsonWriter& writer) {
      writer.field("annotation_index", told).key("annotation");
      write_citation(writer, sources[i], i);
    };
    CO_TRY_VOID(co_await send_part("response.output_text.annotation.added", write));
    ++told;
  }
  co_return Result<void>();
}

Task<Result<void>> ResponseEvents::end_message(const chat::CompletionAnswer& answer) {
  const auto& said = answer.answer;
  CO_TRY_VOID(co_await begin_message());
  CO_TRY_VOID(co_await tell_citations(said.sources));
  auto text = send_part("response.output_text.done", [&said](JsonWriter& writer) {
    writer.field("text", said.text).key("logprobs").begin_array().end_array();
  });
  CO_TRY_VOID(co_await std::move(text));
  auto part = send_part("response.content_part.done", [&said](JsonWriter& writer) {
    writer.key("part");
    write_output_text(writer, said.text, said.sources);
  });
  CO_TRY_VOID(co_await std::move(part));
  auto item = send("response.output_item.done", [this, &answer](JsonWriter& writer) {
    writer.field("output_index", 0).key("item");
    write_output_message(writer, frame_.message_id, response_status(answer), &answer.answer);
  });
  auto sent = co_await std::move(item);
  co_return sent;
}

Task<Result<void>> ResponseEvents::tell_call(const ToolCall& call, std::size_t output_index) {
  auto id = output_call_id(call);
  auto item = [&call, output_index](std::string_view status, std::string_view arguments) {
    return [&call, output_index, status, arguments](JsonWriter& writer) {
      writer.field("output_index", output_index).key("item");
      write_output_call(writer, call, status, arguments);
    };
  };
  auto about = [&call, &id, output_index](std::string_view name) {
    return [&call, &id, output_index, name](JsonWriter& writer) {
      writer.field("item_id", id).field("output_index", output_index);
      writer.field("name", call.name).field(name, call.arguments);
    };
  };
  CO_TRY_VOID(co_await send("response.output_item.added", item("in_progress", {})));
  CO_TRY_VOID(co_await send("response.function_call_arguments.delta", about("delta")));
  CO_TRY_VOID(co_await send("response.function_call_arguments.done", about("arguments")));
  auto done = send("response.output_item.done", item("completed", call.arguments));
  auto sent = co_await std::move(done);
  co_return sent;
}

Task<Result<void>> ResponseEvents::finish(const chat::CompletionAnswer& answer) {
  CO_TRY_VOID(co_await begin());
  bool has_message = has_message_ || !answer.answer.text.empty() || answer.tool_calls.empty();
  if (has_message) CO_TRY_VOID(co_await end_message(answer));
  std::size_t output_index = has_message ? 1 : 0;
  for (const auto& call : answer.tool_calls) {
    CO_TRY_VOID(co_await tell_call(call, output_index));
    ++output_index;
  }
  auto type = "response." + std::string(response_status(answer));
  auto last = send(type, [this, &answer](JsonWriter& writer) {
    writer.key("response");
    write_response(writer, frame_, answer);
  });
  auto sent = co_await std::move(last);
  co_return sent;
}

Task<Result<void>> ResponseEvents::fail_with(Error error) {
  events_.mark_failed();
  CO_TRY_VOID(co_await begin());
  auto failed = send("response.failed", [this, &error](JsonWriter& writer) {
    writer.key("response");
    write_failed_response(writer, frame_, error);
  });
  CO_TRY_VOID(co_await std::move(failed));
  auto raised = send("error", [&error](JsonWriter& writer) {
    Failure failure(error);
    writer.field("message", error.message).key("error");
    write_openai_error(writer, failure);
  });
  auto sent = co_await std::move(raised);
  co_return sent;
}

}  // namespace aiva::http
