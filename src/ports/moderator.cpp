#include "ports/moderator.h"

#include <algorithm>
#include <cmath>

#include "foundation/json.h"

namespace aiva {
namespace {

constexpr std::size_t report_bytes_max = std::size_t{1024} * 1024;
constexpr std::size_t categories_max = 200;

std::unexpected<Error> wrong(const char* what) {
  return fail(ErrorCode::unavailable, "The moderator's answer makes no sense", what);
}

ModerationCategory& category_of(ModerationReport& report, std::string_view name) {
  auto& all = report.categories;
  auto found = std::ranges::lower_bound(all, name, {}, &ModerationCategory::name);
  if (found == all.end() || found->name != name)
    found = all.insert(found, {.name = std::string(name)});
  return *found;
}

Result<const json::Object*> object_in(const json::Object& result, std::string_view name) {
  const auto* value = result.if_contains(name);
  if (value == nullptr || value->is_null()) return nullptr;
  const auto* object = value->if_object();
  if (object == nullptr || object->size() > categories_max) return wrong("a list of categories");
  return object;
}

Result<ModerationReport> read_result(const json::Value& value) {
  const auto* result = value.if_object();
  const auto* flagged = result == nullptr ? nullptr : result->if_contains("flagged");
  if (flagged == nullptr || !flagged->is_bool()) return wrong("a result does not say flagged");
  ModerationReport report{.is_flagged = flagged->get_bool()};
  TRY(const auto* categories, object_in(*result, "categories"));
  TRY(const auto* scores, object_in(*result, "category_scores"));
  if (categories != nullptr)
    for (const auto& [name, is_flagged] : *categories) {
      if (!is_flagged.is_bool()) return wrong("a category is neither true nor false");
      auto& category = category_of(report, name);
      category.is_flagged = is_flagged.get_bool();
      category.score = category.is_flagged ? 1 : 0;
    }
  if (scores != nullptr)
    for (const auto& [name, score] : *scores) {
      auto number = score.is_number() ? score.to_number<double>() : -1.0;
      if (!(number >= 0 && number <= 1)) return wrong("a score is not between 0 and 1");
      category_of(report, name).score = number;
    }
  return report;
}

}  // namespace

void add_findings(ModerationReport& report, const ModerationReport& more) {
  report.is_flagged = report.is_flagged || more.is_flagged;
  for (const auto& found : more.categories) {
    auto& category = category_of(report, found.name);
    category.is_flagged = category.is_flagged || found.is_flagged;
    category.score = std::max(category.score, found.score);
  }
}

Result<ModerationReport> read_moderation_report(std::string_view text, std::size_t count) {
  auto document = json::parse(text, {.bytes_max = report_bytes_max});
  const auto* answer = document ? document->if_object() : nullptr;
  if (answer == nullptr) return wrong("it is no JSON object");
  const auto* results = answer->if_contains("results");
  if (results == nullptr && count == 1) return read_result(*document);
  const auto* list = results == nullptr ? nullptr : results->if_array();
  if (list == nullptr || list->size() != count) return wrong("it does not hold one result a text");
  ModerationReport report;
  for (const auto& entry : *list) {
    TRY(auto found, read_result(entry));
    add_findings(report, found);
  }
  return report;
}

}  // namespace aiva
