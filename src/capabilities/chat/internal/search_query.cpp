#include "capabilities/chat/internal/search_query.h"

#include <algorithm>
#include <ranges>

#include "capabilities/search/terms.h"
#include "foundation/text/utf8.h"

namespace aiva::chat {
namespace {

constexpr std::size_t query_bytes_max = 2000;  // so no more characters either
constexpr std::ptrdiff_t own_words_min = 3;

bool stands_alone(std::string_view question) {
  auto terms = search::terms_of(question);
  return std::ranges::count(terms, false, &search::Term::is_stop_word) >= own_words_min;
}

}  // namespace

std::string make_search_query(std::string_view question, std::span<const ChatMessage> history) {
  std::string query(utf8_prefix(question, query_bytes_max));
  if (stands_alone(question)) return query;
  for (const auto& message : history | std::views::reverse) {
    if (message.role != ChatRole::user) continue;
    auto room = query_bytes_max - std::min(query_bytes_max, query.size() + 1);
    return std::string(utf8_prefix(message.content, room)) + "\n" + query;
  }
  return query;
}

}  // namespace aiva::chat
