#include "capabilities/search/synonyms.h"

#include <algorithm>
#include <utility>

#include "capabilities/search/terms.h"
#include "foundation/crypto.h"
#include "foundation/text/take_until.h"
#include "foundation/text/utf8.h"

namespace aiva::search {
namespace {

constexpr std::size_t text_bytes_max = 1024UL * 1024;
constexpr std::size_t groups_max = 10'000;
constexpr std::size_t members_max = 32;
constexpr std::size_t member_bytes_max = 200;
constexpr std::size_t additions_bytes_max = 400;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view white = " \t\r";
  auto begin = std::min(text.find_first_not_of(white), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(white) + 1);
}

std::vector<std::string> stems_of(std::string_view text) {
  std::vector<std::string> stems;
  for (auto& term : terms_of(text)) stems.push_back(std::move(term.stem));
  return stems;
}

// A member as it is searched: quotes and stars mean something in a query.
std::string plain(std::string_view text) {
  std::string words(text);
  std::ranges::replace_if(words, [](char c) { return c == '"' || c == '*'; }, ' ');
  return std::string(trimmed(words));
}

bool contains(const std::vector<std::string>& all, const std::vector<std::string>& part) {
  return !std::ranges::search(all, part).empty();
}

}  // namespace

Result<Synonyms> Synonyms::parse(std::string_view text) {
  if (text.size() > text_bytes_max)
    return fail(ErrorCode::too_large, "The synonyms are more than 1 MB");
  if (!is_valid_utf8(text)) return fail(ErrorCode::invalid, "The synonyms are not UTF-8");
  Synonyms made;
  made.fingerprint_ = to_hex(sha256(text));
  for (int number = 1; !text.empty(); ++number) {
    auto whole = take_until(text, '\n');
    auto line = trimmed(take_until(whole, '#'));
    if (line.empty()) continue;
    auto wrong = [number](const std::string& why) {
      return fail(ErrorCode::invalid, "Line " + std::to_string(number) + " of the synonyms " + why);
    };
    std::vector<Member> group;
    while (!line.empty()) {
      auto member = trimmed(take_until(line, ','));
      auto stems = stems_of(member);
      if (stems.empty() || member.size() > member_bytes_max) return wrong("has a part of no word");
      group.push_back({.text = plain(member), .stems = std::move(stems)});
    }
    if (group.size() < 2 || group.size() > members_max)
      return wrong("needs 2 to " + std::to_string(members_max) + " parts");
    if (made.groups_.size() == groups_max)
      return fail(ErrorCode::too_large, "There are more than 10000 groups of synonyms");
    made.groups_.push_back(std::move(group));
  }
  return made;
}

std::string Synonyms::additions_to(std::string_view query) const {
  std::string additions;
  auto stems = stems_of(query);
  auto has = [&stems](const Member& member) { return contains(stems, member.stems); };
  for (const auto& group : groups_) {
    if (std::ranges::none_of(group, has)) continue;
    for (const auto& member : group) {
      if (has(member)) continue;
      if (additions.size() + member.text.size() + 1 > additions_bytes_max) return additions;
      if (!additions.empty()) additions += ' ';
      additions += member.text;
    }
  }
  return additions;
}

}  // namespace aiva::search
