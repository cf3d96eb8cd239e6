#include "faces/http/endpoints/named_bases.h"

#include <string_view>

#include "capabilities/search/search.h"

namespace aiva::http {
namespace {

constexpr json::Fields::TextLimits id_limits{.length_max = 64};

}  // namespace

std::vector<KnowledgeBaseId> read_bases(json::Fields& fields) {
  std::vector<KnowledgeBaseId> bases;
  auto read = [&](std::string_view name, std::string_view text) {
    auto id = KnowledgeBaseId::parse(text);
    if (id)
      bases.push_back(*id);
    else
      fields.add_error(name, name == "kb_id" ? "must be an id" : "must be a list of ids");
  };
  if (!fields.has("kb_ids")) {
    auto text = fields.text("kb_id", id_limits);
    if (!text.empty()) read("kb_id", text);
    return bases;
  }
  if (fields.has("kb_id")) fields.add_error("kb_ids", "must not be given beside kb_id");
  const auto* list = fields.array("kb_ids", search::bases_per_search_max);
  if (list == nullptr) return bases;
  if (list->empty()) fields.add_error("kb_ids", "must not be empty");
  for (const auto& item : *list)
    read("kb_ids", item.is_string() ? std::string_view(item.get_string()) : std::string_view());
  return bases;
}

}  // namespace aiva::http
