#include "faces/cli/ask_command.h"

#include <cstdio>

#include "faces/cli/output.h"
#include "foundation/json_writer.h"

namespace aiva::cli {
namespace {

using chat::Answer;
using chat::TurnEvent;

Task<Result<void>> print_delta(TurnEvent event) {
  if (event.kind == TurnEvent::Kind::delta) {
    std::fwrite(event.text.data(), 1, event.text.size(), stdout);
    std::fflush(stdout);
  }
  co_return Result<void>();
}

void print_sources(const Answer& answer) {
  if (answer.sources.empty()) return;
  std::printf("\nSources\n");
  for (const auto& source : answer.sources)
    std::printf(" [%d] %s, page %d: \"%s\"\n", source.number, source.document_name.c_str(),
                source.page, source.quote.c_str());
}

void print_json(const Answer& answer) {
  std::string text;
  JsonWriter writer(text);
  writer.begin_object().field("answer", answer.text).field("model", answer.model);
  writer.field("is_extractive", answer.is_extractive).field("time_ms", answer.time_ms);
  writer.key("sources").begin_array();
  for (const auto& source : answer.sources) {
    writer.begin_object().field("number", source.number).field("document_id", source.document);
    writer.field("document_name", source.document_name).field("chunk_id", source.chunk);
    writer.field("page", source.page).field("quote", source.quote);
    writer.field("score", source.score).end_object();
  }
  writer.end_array().end_object();
  std::printf("%s\n", text.c_str());
}

}  // namespace

int run_ask(chat::Chat& chat, CallContext context, const AskOptions& options) {
  auto session = sync_wait(chat.create_session(
      context, {.knowledge_base = options.knowledge_base, .title = "aiva ask"}));
  if (!session) return report(session.error());
  chat::Turn turn{.session = session->id, .content = options.question};
  if (!options.is_json) turn.listener = print_delta;
  auto answer = sync_wait(chat.answer(context, std::move(turn)));
  if (!answer) return report(answer.error());
  if (options.is_json) {
    print_json(*answer);
    return 0;
  }
  std::printf("\n");
  print_sources(*answer);
  return 0;
}

}  // namespace aiva::cli
