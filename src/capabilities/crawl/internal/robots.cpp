#include "capabilities/crawl/internal/robots.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace aiva::crawl {
namespace {

constexpr std::size_t text_bytes_max = 500UL * 1024;
constexpr std::size_t rules_max = 5000;
constexpr std::size_t pattern_bytes_max = 2000;
constexpr std::size_t sitemaps_max = 100;
constexpr double delay_s_max = 86400;

std::string_view trim(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\f\v";
  auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

// The product token at the beginning of a value, in lower case.
std::string token_of(std::string_view value) {
  auto end = std::ranges::find_if(value, [](char c) {
    return !((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '*');
  });
  return to_lower(value.substr(0, static_cast<std::size_t>(end - value.begin())));
}

// Whether a pattern with `*` and a final `$` fits the beginning of a target. Each star takes as
// little as it can, so the time is bounded by the product of both lengths.
bool fits(std::string_view pattern, std::string_view target) {
  bool is_whole = pattern.ends_with('$');
  if (is_whole) pattern.remove_suffix(1);
  std::size_t at = 0;
  bool is_first = true;
  while (true) {
    auto star = pattern.find('*');
    auto part = pattern.substr(0, star);
    bool is_last = star == std::string_view::npos;
    if (is_first) {
      if (!target.starts_with(part)) return false;
      at = part.size();
    } else if (is_last && is_whole) {
      return target.size() >= at + part.size() && target.ends_with(part);
    } else {
      auto found = target.find(part, at);
      if (found == std::string_view::npos) return false;
      at = found + part.size();
    }
    if (is_last) return !is_whole || at == target.size();
    pattern.remove_prefix(star + 1);
    is_first = false;
  }
}

}  // namespace

Robots::Robots(std::string_view text, std::string_view agent) {
  text = text.substr(0, text_bytes_max);
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Group ours;
  Group everybodys;
  bool has_ours = false;
  bool is_ours = false;        // the group being read names us
  bool is_everybodys = false;  // or everybody
  bool is_naming = false;      // the line before named an agent of the same group
  while (!text.empty()) {
    auto end = std::min(text.find_first_of("\r\n"), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    line = trim(line.substr(0, line.find('#')));
    auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    auto name = to_lower(trim(line.substr(0, colon)));
    auto value = trim(line.substr(colon + 1));
    if (name == "sitemap" && sitemaps_.size() < sitemaps_max) sitemaps_.emplace_back(value);
    if (name == "user-agent") {
      if (!is_naming) is_ours = is_everybodys = false;
      is_naming = true;
      auto token = token_of(value);
      is_ours = is_ours || token == agent;
      is_everybodys = is_everybodys || token == "*";
      has_ours = has_ours || is_ours;
      continue;
    }
    if (name != "allow" && name != "disallow" && name != "crawl-delay") continue;
    is_naming = false;
    if (is_ours) add(ours, name, value);
    if (is_everybodys) add(everybodys, name, value);
  }
  auto& chosen = has_ours ? ours : everybodys;
  rules_ = std::move(chosen.rules);
  delay_ = chosen.delay;
}

void Robots::add(Group& group, std::string_view name, std::string_view value) {
  if (name == "crawl-delay") {
    double seconds = std::strtod(std::string(value).c_str(), nullptr);
    if (!std::isfinite(seconds) || seconds < 0) return;
    auto milliseconds = static_cast<std::int64_t>(std::min(seconds, delay_s_max) * 1000);
    group.delay = std::chrono::milliseconds(milliseconds);
    return;
  }
  bool is_pattern = value.starts_with('/') || value.starts_with('*');
  if (!is_pattern || value.size() > pattern_bytes_max || group.rules.size() >= rules_max) return;
  group.rules.push_back({std::string(value), name == "allow"});
}

bool Robots::allows(std::string_view target) const {
  if (target == "/robots.txt") return true;
  const Rule* best = nullptr;
  for (const auto& rule : rules_) {
    bool is_longer = best == nullptr || rule.pattern.size() > best->pattern.size() ||
                     (rule.pattern.size() == best->pattern.size() && rule.is_allowing);
    if (is_longer && fits(rule.pattern, target)) best = &rule;
  }
  return best == nullptr || best->is_allowing;
}

}  // namespace aiva::crawl
