#include "capabilities/commerce/internal/query_check.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "capabilities/commerce/internal/folded.h"
#include "capabilities/commerce/internal/shelf_filter.h"
#include "foundation/text/utf8.h"

namespace aiva::commerce {
namespace {

constexpr std::size_t text_bytes_max = 8000;
constexpr std::size_t text_characters_max = 2000;
constexpr std::size_t other_bases_max = 99;
constexpr std::size_t values_max = 50;
constexpr std::size_t value_bytes_max = 255;
constexpr int limit_max = 100;
constexpr int offset_max = 10'000;
constexpr double rating_max = 5;

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

bool is_name(const std::string& text) {
  return !text.empty() && text.size() <= value_bytes_max && is_valid_utf8(text);
}

class Complaints {
 public:
  void add(std::string field, std::string message) {
    error_.details.push_back({std::move(field), std::move(message)});
  }
  void check_values(const char* field, const std::vector<std::string>& values) {
    if (values.size() > values_max || !std::ranges::all_of(values, is_name))
      add(field, "must be at most 50 texts of 1 to 255 bytes");
  }
  Result<void> finish() {
    if (error_.details.empty()) return {};
    return fail(std::move(error_));
  }

 private:
  Error error_{.code = ErrorCode::invalid, .message = "The request is not valid"};
};

void check_filter(const ProductFilter& filter, Complaints& complaints) {
  bool is_range = !filter.price_min || !filter.price_max || *filter.price_min <= *filter.price_max;
  if (!is_range || filter.price_min.value_or(0) < 0 || filter.price_max.value_or(0) < 0)
    complaints.add("filters.price", "must be a range of amounts that are not negative");
  complaints.check_values("filters.tags", filter.tags);
  complaints.check_values("filters.vendors", filter.vendors);
  complaints.check_values("filters.product_types", filter.types);
  complaints.check_values("filters.collections", filter.collections);
  std::vector<std::string> names;
  for (const auto& option : filter.options) {
    auto name = folded(option.name);
    if (std::ranges::find(names, name) == names.end()) names.push_back(std::move(name));
  }
  bool are_named = std::ranges::all_of(filter.options, [](const ChosenOption& option) {
    return is_name(option.name) && is_name(option.value);
  });
  if (!are_named || filter.options.size() > values_max || names.size() > filter_part::options_max)
    complaints.add("filters.options", "must be at most 50 values of at most 20 names");
  if (filter.rating_min && !(*filter.rating_min >= 0 && *filter.rating_min <= rating_max))
    complaints.add("filters.rating_min", "must be between 0 and 5");
}

}  // namespace

Result<void> check(const ProductQuery& query) {
  Complaints complaints;
  bool is_too_long =
      query.text.size() > text_bytes_max || count_characters(query.text) > text_characters_max;
  if (is_too_long || !is_valid_utf8(query.text))
    complaints.add("query", "must have at most 2000 characters");
  if (query.picture && query.like) complaints.add("image_id", "must not be given beside an image");
  if (query.other_bases.size() > other_bases_max)
    complaints.add("kb_ids", "must have at most 100 ids");
  if (query.limit < 1 || query.limit > limit_max)
    complaints.add("limit", "must be between 1 and 100");
  if (query.offset < 0 || query.offset > offset_max)
    complaints.add("offset", "must be between 0 and 10000");
  check_filter(query.filter, complaints);
  return complaints.finish();
}

Result<void> check_names(const std::vector<KnowledgeBaseId>& bases,
                         const std::vector<std::string>& names) {
  Complaints complaints;
  complaints.check_values("names", names);
  if (bases.size() > other_bases_max + 1) complaints.add("kb_ids", "must have at most 100 ids");
  return complaints.finish();
}

std::vector<KnowledgeBaseId> bases_of(const ProductQuery& query) {
  std::vector<KnowledgeBaseId> bases{query.knowledge_base};
  for (auto base : query.other_bases)
    if (std::ranges::find(bases, base) == bases.end()) bases.push_back(base);
  return bases;
}

}  // namespace aiva::commerce
