#include "capabilities/chat/internal/built_in_tools.h"

#include <algorithm>
#include <array>
#include <utility>

#include "foundation/json.h"

namespace aiva::chat {
namespace {

using namespace tool_names;

constexpr std::size_t query_bytes_max = 2000;
constexpr std::size_t text_bytes_max = 4000;

constexpr std::string_view transfer_schema =
    R"({"type":"object","properties":{)"
    R"("reason":{"type":"string","description":"Why a person is needed, for that person to read"},)"
    R"("queue":{"type":"string","description":"The department or queue, when it is known"},)"
    R"("message":{"type":"string","description":"What to tell the user, in the user's language"})"
    R"(},"required":["reason","message"]})";

struct BuiltIn {
  std::string_view name;
  std::string_view description;
  std::string_view parameters;
};

constexpr auto built_ins = std::to_array<BuiltIn>({
    {search_knowledge,
     "Searches the knowledge base for passages. Use it when the passages at hand do not answer, "
     "with a question that can be understood by itself.",
     R"({"type":"object","properties":{"query":{"type":"string","description":"The question or )"
     R"(words to search for"}},"required":["query"]})"},
    {transfer_to_agent,
     "Hands the conversation over to a person. Use it when the user asks for one, or needs what "
     "you cannot do.",
     transfer_schema},
    {transfer_call,
     "Transfers the call to a person or a queue. Use it when the user asks for one, or needs what "
     "you cannot do.",
     transfer_schema},
    {end_conversation,
     "Ends the conversation. Use it when the user says goodbye or wants nothing more.",
     R"({"type":"object","properties":{"message":{"type":"string","description":"The farewell, in )"
     R"(the user's language"},"reason":{"type":"string"}},"required":["message"]})"},
    {ask_clarification,
     "Asks the user back. Use it when the question could mean several things that have different "
     "answers.",
     R"({"type":"object","properties":{"message":{"type":"string","description":"The question to )"
     R"(the user, in the user's language"}},"required":["message"]})"},
    {add_to_do_not_call,
     "Puts the person's number on the list of numbers that are not called. Use it as soon as the "
     "person says that they do not want to be called again; then say that it is done.",
     R"({"type":"object","properties":{}})"},
});

Result<json::Value> read_object(std::string_view arguments) {
  auto parsed = json::parse(arguments.empty() ? "{}" : arguments);
  if (!parsed || !parsed->is_object())
    return fail(ErrorCode::invalid, "The arguments are not a JSON object");
  return *std::move(parsed);
}

}  // namespace

bool is_turning_tool(std::string_view name) {
  return name == transfer_to_agent || name == transfer_call || name == end_conversation ||
         name == ask_clarification;
}

ToolDefinition built_in_definition(std::string_view name) {
  const auto* found = std::ranges::find(built_ins, name, &BuiltIn::name);
  AIVA_ASSERT(found != built_ins.end());
  return {.name = std::string(found->name),
          .description = std::string(found->description),
          .parameters = std::string(found->parameters)};
}

Result<std::string> read_search_arguments(std::string_view arguments) {
  TRY(auto object, read_object(arguments));
  json::Fields fields(object);
  auto query = fields.text("query", {.length_min = 1, .length_max = query_bytes_max});
  if (!fields.finish())
    return fail(ErrorCode::invalid, "The argument `query` must be a text of 1 to 2000 bytes");
  return query;
}

Result<Turning> read_turning_arguments(std::string_view name, std::string_view arguments) {
  TRY(auto object, read_object(arguments));
  json::Fields fields(object);
  json::Fields::TextLimits limits{.length_max = text_bytes_max};
  Turning turning{.message = fields.optional_text("message", limits).value_or(std::string()),
                  .reason = fields.optional_text("reason", limits).value_or(std::string()),
                  .queue = fields.optional_text("queue", limits).value_or(std::string())};
  if (!fields.finish())
    return fail(ErrorCode::invalid, "The arguments do not follow the function's parameters");
  if (name == ask_clarification && turning.message.empty())
    return fail(ErrorCode::invalid, "The argument `message` must say what to ask");
  return turning;
}

void note_turning(std::string_view name, const Turning& turning, Decision& decision) {
  decision.reason = turning.reason;
  if (name == ask_clarification) decision.needs_clarification = true;
  if (name == end_conversation) decision.is_closed = true;
  if (name == transfer_to_agent || name == transfer_call) {
    decision.wants_transfer = true;
    decision.transfer_queue = turning.queue;
  }
}

}  // namespace aiva::chat
