#include "capabilities/chat/topics.h"

#include <algorithm>
#include <set>

#include "capabilities/search/terms.h"

namespace aiva::chat {

std::optional<std::string> find_topic(std::string_view text,
                                      const std::vector<std::string>& topics) {
  if (topics.empty()) return std::nullopt;
  std::set<std::string> stems;
  for (auto& term : search::terms_of(text)) stems.insert(std::move(term.stem));
  for (const auto& topic : topics) {
    auto terms = search::terms_of(topic);
    std::erase_if(terms, [](const search::Term& term) { return term.is_stop_word; });
    bool is_about = !terms.empty() && std::ranges::all_of(terms, [&stems](const auto& term) {
      return stems.contains(term.stem);
    });
    if (is_about) return topic;
  }
  return std::nullopt;
}

}  // namespace aiva::chat
