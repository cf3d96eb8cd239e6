#include "faces/http/endpoints/agent_instructions.h"

#include <chrono>
#include <string>
#include <utility>

#include "faces/http/endpoints/caller.h"

namespace aiva::http {
namespace {

using agents::InstructionWriter;

constexpr json::Fields::TextLimits text_limits{.length_max = 64 * 1024};
constexpr std::size_t bases_max = 100;

double in_dollars(billing::MicroUsd amount) { return static_cast<double>(amount) / 1e6; }

std::string text_or_empty(json::Fields& fields, std::string_view name) {
  return fields.optional_text(name, text_limits).value_or(std::string());
}

std::vector<KnowledgeBaseId> read_bases(json::Fields& fields) {
  std::vector<KnowledgeBaseId> bases;
  if (auto single = fields.optional_text("kb_id", text_limits)) {
    auto id = KnowledgeBaseId::parse(*single);
    if (!id) fields.add_error("kb_id", "must be an id");
    if (id) bases.push_back(*id);
  }
  const auto* array = fields.array("kb_ids", bases_max);
  if (array == nullptr) return bases;
  bases.clear();
  for (const auto& item : *array) {
    const auto* text = item.if_string();
    auto id = text == nullptr ? std::nullopt : KnowledgeBaseId::parse({text->data(), text->size()});
    if (id)
      bases.push_back(*id);
    else
      fields.add_error("kb_ids", "must hold ids only");
  }
  return bases;
}

void write_written(JsonWriter& writer, const agents::WrittenInstructions& written) {
  writer.begin_object()
      .field("instructions", written.instructions)
      .field("provider", written.provider)
      .field("model", written.model)
      .field("input_tokens", written.input_tokens)
      .field("output_tokens", written.output_tokens)
      .field("cost", in_dollars(written.final_cost))
      .key("cost_breakdown")
      .begin_object()
      .field("base_cost", in_dollars(written.base_cost))
      .field("profit_amount", in_dollars(written.final_cost - written.base_cost))
      .field("final_cost", in_dollars(written.final_cost))
      .end_object()
      .end_object();
}

Task<Result<Response>> generate(InstructionWriter& writer, CallContext context, Request& request) {
  CO_TRY(auto body, request.json());
  json::Fields fields(body);
  agents::InstructionWish wish{.purpose = text_or_empty(fields, "purpose"),
                               .name = text_or_empty(fields, "name"),
                               .type = text_or_empty(fields, "type"),
                               .tone = text_or_empty(fields, "tone"),
                               .current = text_or_empty(fields, "current"),
                               .knowledge_bases = read_bases(fields)};
  auto description = text_or_empty(fields, "description");
  if (wish.purpose.empty()) wish.purpose = std::move(description);
  if (auto language = fields.optional_text("language", text_limits)) wish.language = *language;
  CO_TRY_VOID(fields.finish());
  auto caller = caller_of(request);
  CO_TRY(auto written, co_await writer.write(context, std::move(caller), std::move(wish)));
  co_return ok_response([&](JsonWriter& json) { write_written(json, written); });
}

}  // namespace

std::vector<Route> agent_instruction_routes(InstructionWriter& writer) {
  Handler handler = [&writer](CallContext context, Request& request) {
    return generate(writer, std::move(context), request);
  };
  // A model may take its time.
  RouteOptions slow{.deadline = std::chrono::minutes(2)};
  std::vector<Route> routes;
  routes.push_back({Method::post, "/api/agents/generate-instructions",
                    Right::needs(identity::Permission::agents_write), std::move(handler), slow});
  return routes;
}

}  // namespace aiva::http
