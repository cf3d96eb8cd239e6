#include "capabilities/search/internal/validation.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "foundation/text/utf8.h"

namespace aiva::search {
namespace {

constexpr std::size_t query_characters_max = 2000;
constexpr int top_k_max = 50;
constexpr int section_tokens_least = 50;
constexpr int section_tokens_most = 8000;

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos;
}

}  // namespace

Result<void> validate(const SearchRequest& request) {
  Error error{.code = ErrorCode::invalid, .message = "The search is not valid"};
  auto complain = [&error](std::string field, std::string message) {
    error.details.push_back({std::move(field), std::move(message)});
  };
  if (!is_valid_utf8(request.query))
    complain("query", "must be UTF-8");
  else if (is_blank(request.query))
    complain("query", "must not be empty");
  else if (count_characters(request.query) > query_characters_max)
    complain("query", "must have at most 2000 characters");
  if (request.top_k < 1 || request.top_k > top_k_max) complain("top_k", "must be between 1 and 50");
  if (request.type == SearchType::image)
    complain("search_type", "images are searched by their own operation; use text or hybrid");
  if (request.other_bases.size() >= bases_per_search_max)
    complain("kb_ids", "must have at most 100 ids");
  bool has_section = request.section_tokens_max != 0;
  if (has_section && (request.section_tokens_max < section_tokens_least ||
                      request.section_tokens_max > section_tokens_most))
    complain("section_tokens", "must be between 50 and 8000");
  for (auto mistakes : {mistakes_of(request.filter), mistakes_of(request.ranking)})
    std::ranges::move(mistakes, std::back_inserter(error.details));
  if (!error.details.empty()) return fail(std::move(error));
  return {};
}

}  // namespace aiva::search
