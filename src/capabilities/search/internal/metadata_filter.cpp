#include "capabilities/search/internal/metadata_filter.h"

#include <algorithm>

namespace aiva::search {
namespace {

constexpr std::size_t members_max = 10;

bool is_same(const json::Value& one, const json::Value& other) {
  if (!one.is_number() || !other.is_number()) return one == other;
  return one.to_number<double>() == other.to_number<double>();
}

}  // namespace

bool is_fit_filter(const json::Object& filter) {
  return filter.size() <= members_max && std::ranges::none_of(filter, [](const auto& member) {
           return member.value().is_object() || member.value().is_array();
         });
}

bool fits_filter(std::string_view metadata, const json::Object& filter) {
  auto value = json::parse(metadata);
  if (!value || !value->is_object()) return filter.empty();
  const auto& object = value->get_object();
  return std::ranges::all_of(filter, [&object](const auto& member) {
    const auto* found = object.if_contains(member.key());
    return found != nullptr && is_same(*found, member.value());
  });
}

}  // namespace aiva::search
