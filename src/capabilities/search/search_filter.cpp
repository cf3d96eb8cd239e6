#include "capabilities/search/search_filter.h"

#include <algorithm>
#include <array>
#include <compare>
#include <iterator>
#include <string_view>
#include <utility>

namespace aiva::search {
namespace {

constexpr std::size_t documents_max = 1000;
constexpr std::size_t tags_max = 20;
constexpr std::size_t members_max = 10;
constexpr std::size_t choices_max = 100;
constexpr std::array<std::string_view, 6> comparisons{"eq", "ne", "gt", "gte", "lt", "lte"};

bool is_plain(const json::Value& value) { return !value.is_object() && !value.is_array(); }

// Numbers compare as numbers, texts by their bytes; other kinds are only equal or not.
std::partial_ordering compare(const json::Value& one, const json::Value& other) {
  if (one.is_number() && other.is_number())
    return one.to_number<double>() <=> other.to_number<double>();
  if (one.is_string() && other.is_string()) {
    std::string_view left = one.get_string();
    return left <=> std::string_view(other.get_string());
  }
  return one == other ? std::partial_ordering::equivalent : std::partial_ordering::unordered;
}

bool is_same(const json::Value& one, const json::Value& other) {
  return compare(one, other) == std::partial_ordering::equivalent;
}

// A list is the same as a value when it has it.
bool is_or_has(const json::Value& value, const json::Value& wanted) {
  if (!value.is_array()) return is_same(value, wanted);
  return std::ranges::any_of(value.get_array(),
                             [&wanted](const auto& item) { return is_same(item, wanted); });
}

bool holds(std::string_view comparison, const json::Value* found, const json::Value& wanted) {
  if (comparison == "exists") return (found != nullptr) == wanted.get_bool();
  if (comparison == "ne") return found == nullptr || !is_or_has(*found, wanted);
  if (found == nullptr) return false;
  if (comparison == "eq") return is_or_has(*found, wanted);
  if (comparison == "in")
    return std::ranges::any_of(wanted.get_array(),
                               [&](const auto& choice) { return is_or_has(*found, choice); });
  auto order = compare(*found, wanted);
  if (comparison == "gt") return order > 0;
  if (comparison == "gte") return order >= 0;
  if (comparison == "lt") return order < 0;
  return order <= 0;
}

bool fits_member(const json::Value* found, const json::Value& wanted) {
  if (!wanted.is_object()) return found != nullptr && is_or_has(*found, wanted);
  return std::ranges::all_of(wanted.get_object(), [found](const auto& part) {
    return holds(part.key(), found, part.value());
  });
}

bool is_fit_part(std::string_view comparison, const json::Value& value) {
  if (comparison == "exists") return value.is_bool();
  if (comparison == "in")
    return value.is_array() && value.get_array().size() <= choices_max &&
           std::ranges::all_of(value.get_array(), is_plain);
  return (std::ranges::find(comparisons, comparison) != comparisons.end()) && is_plain(value);
}

bool is_fit_member(const json::Value& wanted) {
  if (!wanted.is_object()) return is_plain(wanted);
  return !wanted.get_object().empty() &&
         std::ranges::all_of(wanted.get_object(), [](const auto& part) {
           return is_fit_part(part.key(), part.value());
         });
}

}  // namespace

std::vector<FieldError> mistakes_of(const SearchFilter& filter) {
  std::vector<FieldError> mistakes;
  auto complain = [&mistakes](std::string field, std::string message) {
    mistakes.push_back({"filters." + std::move(field), std::move(message)});
  };
  if (filter.documents.size() > documents_max)
    complain("document_ids", "must have at most 1000 entries");
  if (filter.tags.size() > tags_max) complain("tags", "must have at most 20 entries");
  auto of_metadata = mistakes_of_metadata(filter.metadata, "filters.metadata");
  std::ranges::move(of_metadata, std::back_inserter(mistakes));
  if (filter.page_min && filter.page_max && *filter.page_min > *filter.page_max)
    complain("page_min", "must not be greater than page_max");
  if (filter.created_from && filter.created_until && *filter.created_from > *filter.created_until)
    complain("created_from", "must not be later than created_until");
  return mistakes;
}

std::vector<FieldError> mistakes_of_metadata(const json::Object& wanted, const std::string& path) {
  std::vector<FieldError> mistakes;
  if (wanted.size() > members_max) mistakes.push_back({path, "must have at most 10 members"});
  for (const auto& member : wanted)
    if (!is_fit_member(member.value()))
      mistakes.push_back(
          {path + "." + std::string(member.key()),
           "must be a text, number, flag or null, or an object of eq, ne, gt, gte, lt, lte, in and "
           "exists"});
  return mistakes;
}

bool has_tags(const json::Object& metadata, const std::vector<std::string>& tags) {
  if (tags.empty()) return true;
  const auto* found = metadata.if_contains("tags");
  return found != nullptr && std::ranges::all_of(tags, [found](const auto& tag) {
           return is_or_has(*found, json::Value(tag));
         });
}

bool fits_metadata(const json::Object& metadata, const json::Object& wanted) {
  return std::ranges::all_of(wanted, [&metadata](const auto& member) {
    return fits_member(metadata.if_contains(member.key()), member.value());
  });
}

DocumentSet allowed_documents(const std::vector<knowledge::CatalogEntry>& catalog,
                              const SearchFilter& filter) {
  DocumentSet wanted(filter.documents.begin(), filter.documents.end());
  DocumentSet allowed;
  for (const auto& entry : catalog) {
    if (!wanted.empty() && !wanted.contains(entry.id)) continue;
    if (filter.created_from && entry.created_at < *filter.created_from) continue;
    if (filter.created_until && entry.created_at > *filter.created_until) continue;
    if (!has_tags(entry.metadata, filter.tags)) continue;
    if (fits_metadata(entry.metadata, filter.metadata)) allowed.insert(entry.id);
  }
  return allowed;
}

}  // namespace aiva::search
