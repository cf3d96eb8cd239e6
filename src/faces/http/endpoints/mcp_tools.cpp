#include "faces/http/endpoints/mcp_tools.h"

#include <algorithm>
#include <utility>

namespace aiva::http {
namespace {

using identity::Permission;

constexpr std::int64_t top_k_default = 5;
constexpr int bases_a_page = 100;

constexpr std::string_view search_schema =
    R"({"type":"object","required":["query"],"additionalProperties":false,"properties":{)"
    R"("query":{"type":"string","minLength":1,"maxLength":2000,)"
    R"("description":"The question or the words to look for"},)"
    R"("knowledge_base":{"type":"string","maxLength":200,)"
    R"("description":"Id or name of a knowledge base; left out: all of them"},)"
    R"("top_k":{"type":"integer","minimum":1,"maximum":20,"default":5,)"
    R"("description":"How many passages to return"}}})";
constexpr std::string_view search_output =
    R"({"type":"object","required":["results"],"properties":{"results":{"type":"array","items":{)"
    R"("type":"object","required":["document_id","document_name","knowledge_base_id","page",)"
    R"("content","score"],"properties":{"document_id":{"type":"string"},)"
    R"("document_name":{"type":"string"},"knowledge_base_id":{"type":"string"},)"
    R"("page":{"type":"integer"},"content":{"type":"string"},"score":{"type":"number"}}}}}})";
constexpr std::string_view ask_schema =
    R"({"type":"object","required":["agent","question"],"additionalProperties":false,)"
    R"("properties":{"agent":{"type":"string","minLength":1,"maxLength":64,)"
    R"("description":"Id or slug of the agent"},)"
    R"("question":{"type":"string","minLength":1,"maxLength":32000}}})";

std::string text_of(const json::Object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  const auto* text = value == nullptr ? nullptr : value->if_string();
  return text == nullptr ? std::string() : std::string(std::string_view(*text));
}

// {"content":[{"type":"text",…}],…}; `structured` is ready JSON or empty.
std::string write_result(std::string_view text, std::string_view structured, bool is_error) {
  std::string out;
  JsonWriter writer(out);
  writer.begin_object()
      .key("content")
      .begin_array()
      .begin_object()
      .field("type", "text")
      .field("text", text)
      .end_object()
      .end_array();
  if (!structured.empty()) writer.key("structuredContent").raw(structured);
  writer.field("isError", is_error).end_object();
  return out;
}

std::string write_error(const Error& error) {
  auto text = error.message;
  for (const auto& detail : error.details)
    text.append("; ").append(detail.field).append(" ").append(detail.message);
  return write_result(text, {}, true);
}

std::string write_hits(const std::vector<search::TextHit>& hits) {
  std::string text;
  std::string structured;
  JsonWriter writer(structured);
  writer.begin_object().key("results").begin_array();
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const auto& hit = hits[i];
    const auto& chunk = hit.chunk;
    text.append("[" + std::to_string(i + 1) + "] " + chunk.document_name + ", page " +
                std::to_string(hit.highlight_page) + "\n" + chunk.text + "\n\n");
    writer.begin_object()
        .field("document_id", chunk.document)
        .field("document_name", chunk.document_name)
        .field("knowledge_base_id", chunk.knowledge_base)
        .field("page", hit.highlight_page)
        .field("content", chunk.text)
        .field("score", hit.score)
        .end_object();
  }
  writer.end_array().end_object();
  if (hits.empty()) text = "Nothing was found.";
  return write_result(text, structured, false);
}

std::string write_answer(const chat::Answer& answer) {
  auto text = answer.text;
  bool has_sources = false;
  for (const auto& source : answer.sources) {
    if (!source.is_cited) continue;
    text.append(has_sources ? "\n" : "\n\nSources:\n");
    has_sources = true;
    text.append("[" + std::to_string(source.number) + "] " + source.document_name + ", page " +
                std::to_string(source.page));
  }
  return write_result(text, {}, false);
}

}  // namespace

McpTools::Tool McpTools::make_search_tool() {
  auto schema = json::Schema::parse(search_schema);
  AIVA_ASSERT(schema.has_value());
  return {.kind = Kind::search_knowledge,
          .name = "search_knowledge",
          .title = "Search knowledge",
          .description =
              "Finds the passages of the company's documents that answer a question, "
              "with document and page.",
          .input_schema = search_schema,
          .output_schema = search_output,
          .permission = Permission::search,
          .checked = std::move(*schema)};
}

McpTools::Tool McpTools::make_ask_tool() {
  auto schema = json::Schema::parse(ask_schema);
  AIVA_ASSERT(schema.has_value());
  return {.kind = Kind::ask_agent,
          .name = "ask_agent",
          .title = "Ask an agent",
          .description = "Has an agent answer a question out of its knowledge, with its sources.",
          .input_schema = ask_schema,
          .output_schema = {},
          .permission = Permission::chat,
          .checked = std::move(*schema)};
}

McpTools::McpTools(const McpToolParts& parts) : parts_(parts) {
  tools_.push_back(make_search_tool());
  if (parts_.completions != nullptr) tools_.push_back(make_ask_tool());
}

const McpTools::Tool* McpTools::find(std::string_view name) const {
  auto found = std::ranges::find(tools_, name, &Tool::name);
  return found == tools_.end() ? nullptr : &*found;
}

void McpTools::write_list(JsonWriter& writer, identity::PermissionSet permissions) const {
  writer.begin_array();
  for (const auto& tool : tools_) {
    if (!permissions.has(tool.permission)) continue;
    writer.begin_object()
        .field("name", tool.name)
        .field("title", tool.title)
        .field("description", tool.description)
        .key("inputSchema")
        .raw(tool.input_schema);
    if (!tool.output_schema.empty()) writer.key("outputSchema").raw(tool.output_schema);
    writer.key("annotations")
        .begin_object()
        .field("readOnlyHint", tool.kind == Kind::search_knowledge)
        .field("openWorldHint", false)
        .end_object()
        .end_object();
  }
  writer.end_array();
}

bool McpTools::offers(std::string_view name, identity::PermissionSet permissions) const {
  const auto* tool = find(name);
  return tool != nullptr && permissions.has(tool->permission);
}

Task<Result<std::string>> McpTools::call(CallContext context, std::string name,
                                         json::Value arguments) {
  const auto* tool = find(name);
  if (tool == nullptr) co_return fail(ErrorCode::not_found, "No such tool");
  if (arguments.is_null()) arguments = json::Object();
  if (auto mistakes = tool->checked.check(arguments); !mistakes.empty()) {
    Error error{.code = ErrorCode::invalid, .message = "The arguments are not valid"};
    error.details = std::move(mistakes);
    co_return write_error(error);
  }
  const auto& given = arguments.get_object();
  auto working = tool->kind == Kind::search_knowledge ? search_knowledge(context, given)
                                                      : ask_agent(context, given);
  auto result = co_await std::move(working);
  if (result) co_return result;
  CO_TRY_VOID(context.check());
  co_return write_error(result.error());
}

// The knowledge base of that id or name; all that can be searched when none is named.
Task<Result<std::vector<KnowledgeBaseId>>> McpTools::find_bases(CallContext context,
                                                                std::string wanted) {
  if (auto id = KnowledgeBaseId::parse(wanted)) co_return std::vector{*id};
  std::vector<KnowledgeBaseId> bases;
  for (int page = 1;; ++page) {
    auto listing = parts_.knowledge.list(context, {.page = {.page = page, .limit = bases_a_page}});
    CO_TRY(auto found, co_await std::move(listing));
    for (const auto& base : found->items) {
      if (!wanted.empty() && base.name == wanted) co_return std::vector{base.id};
      if (wanted.empty() && base.status != "inactive" &&
          bases.size() < search::bases_per_search_max)
        bases.push_back(base.id);
    }
    bool is_last = found->items.size() < static_cast<std::size_t>(bases_a_page);
    if (is_last || (wanted.empty() && bases.size() == search::bases_per_search_max)) break;
  }
  if (bases.empty())
    co_return fail(ErrorCode::not_found, wanted.empty() ? "There is no knowledge base"
                                                        : "No knowledge base has that name");
  co_return bases;
}

Task<Result<std::string>> McpTools::search_knowledge(CallContext context,
                                                     const json::Object& arguments) {
  auto finding = find_bases(context, text_of(arguments, "knowledge_base"));
  CO_TRY(auto bases, co_await std::move(finding));
  const auto* top_k = arguments.if_contains("top_k");
  search::SearchRequest wanted{
      .knowledge_base = bases.front(),
      .query = text_of(arguments, "query"),
      .top_k = static_cast<int>(top_k == nullptr ? top_k_default : top_k->to_number<int>()),
      .type = search::SearchType::text,
      .other_bases = {bases.begin() + 1, bases.end()}};
  auto searching = parts_.search.search(context, std::move(wanted));
  CO_TRY(auto answer, co_await std::move(searching));
  co_return write_hits(answer.hits);
}

Task<Result<std::string>> McpTools::ask_agent(CallContext context, const json::Object& arguments) {
  chat::CompletionRequest request{.agent = text_of(arguments, "agent"), .messages = {}};
  request.messages.push_back({.role = ChatRole::user, .content = text_of(arguments, "question")});
  auto completing = parts_.completions->complete(context, std::move(request));
  CO_TRY(auto completion, co_await std::move(completing));
  co_return write_answer(completion.answer);
}

}  // namespace aiva::http
