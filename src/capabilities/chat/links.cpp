#include "capabilities/chat/links.h"

#include <algorithm>
#include <array>

namespace aiva::chat {
namespace {

constexpr std::size_t url_bytes_max = 2048;  // a longer one is cut off as it is

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool starts_alike(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::ranges::equal(text.substr(0, start.size()), start,
                            [](char a, char b) { return lower(a) == b; });
}

// Where a URL within running text ends.
std::size_t end_of_url(std::string_view text) {
  constexpr std::string_view ends = "<>\"'`)]}|";
  std::size_t end = 0;
  while (end < text.size() && !is_blank(text[end]) && ends.find(text[end]) == ends.npos) ++end;
  return end;
}

struct Start {
  std::string_view text;
  bool is_scheme = true;  // a host follows; otherwise it belongs to the host
};
constexpr auto starts =
    std::to_array<Start>({{"https://"}, {"http://"}, {"ftp://"}, {"www.", false}});

const Start* start_at(std::string_view text) {
  auto found = std::ranges::find_if(
      starts, [text](const Start& start) { return starts_alike(text, start.text); });
  return found == starts.end() ? nullptr : &*found;
}

// Whether more text could still make it the beginning of a URL.
bool may_become_start(std::string_view text) {
  return std::ranges::any_of(starts, [text](const Start& start) {
    return text.size() < start.text.size() && std::ranges::equal(
                                                  text, start.text.substr(0, text.size()),
                                                  [](char a, char b) { return lower(a) == b; });
  });
}

}  // namespace

std::string host_of(std::string_view text) {
  auto end = std::min(text.find_first_of("/?#"), text.size());
  auto authority = text.substr(0, end);
  // Browsers read a backslash as a slash.
  if (authority.find('\\') != std::string_view::npos) return {};
  if (auto at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (auto colon = authority.find(':'); colon != std::string_view::npos)
    authority = authority.substr(0, colon);
  std::string host;
  for (char c : authority) {
    auto byte = static_cast<unsigned char>(c);
    bool is_fit = byte >= 0x80 || (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
                  c == '-' || c == '.';
    if (!is_fit) return {};
    host += lower(c);
  }
  while (host.ends_with('.')) host.pop_back();
  return host;
}

void collect_hosts(std::string_view text, Hosts& hosts) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto* start = start_at(text.substr(at));
    if (start == nullptr) continue;
    auto rest = text.substr(at + (start->is_scheme ? start->text.size() : 0));
    auto url = rest.substr(0, end_of_url(rest));
    auto host = host_of(url);
    while (!host.empty() && (host.ends_with(',') || host.ends_with('.'))) host.pop_back();
    if (!host.empty()) hosts.insert(host);
    at += start->text.size() - 1;
  }
}

bool LinkFilter::is_known(std::string_view destination) const {
  if (destination.starts_with('#')) return true;
  if (starts_alike(destination, "mailto:") || starts_alike(destination, "tel:")) return true;
  const auto* start = start_at(destination);
  if (start == nullptr || !start->is_scheme) return false;
  auto host = host_of(destination.substr(start->text.size()));
  return !host.empty() && hosts_.contains(host);
}

std::string LinkFilter::push(std::string_view piece) {
  held_ += piece;
  return settle(false);
}

std::string LinkFilter::finish() { return settle(true); }

std::string LinkFilter::settle(bool is_end) {
  std::string out;
  std::string_view text = held_;
  while (!text.empty()) {
    auto taken = take(text, out, is_end);
    if (taken == 0) break;
    text.remove_prefix(taken);
  }
  held_ = std::string(text);
  return out;
}

std::size_t LinkFilter::take(std::string_view text, std::string& out, bool is_end) {
  if (is_in_fence_) return take_character(text.front(), out);
  if (text.front() != ']') return take_url(text, out, is_end);
  if (text.size() == 1 && !is_end) return 0;
  if (text.starts_with("](")) return take_destination(text, out, is_end);
  if (text.starts_with("]:")) return take_definition(text, out, is_end);
  return take_character(']', out);
}

// "](" destination [title] ")"
std::size_t LinkFilter::take_destination(std::string_view whole, std::string& out, bool is_end) {
  auto text = whole.substr(2);
  auto end = text.find_first_of(")\n");
  if (end == std::string_view::npos) {
    if (!is_end && text.size() < url_bytes_max) return 0;
    end = text.size();
  }
  auto inside = text.substr(0, end);
  while (inside.starts_with(' ') || inside.starts_with('<')) inside.remove_prefix(1);
  bool is_closed = end < text.size() && text[end] == ')';
  auto length = 2 + end + (is_closed ? 1U : 0U);
  if (is_closed && is_known(inside.substr(0, end_of_url(inside)))) {
    out.append(whole.substr(0, length));
  } else {
    out += ']';
    ++removed_;
  }
  line_.append("]");
  return length;
}

// "]:" blank destination, which later names refer to.
std::size_t LinkFilter::take_definition(std::string_view text, std::string& out, bool is_end) {
  std::size_t begin = 2;
  while (begin < text.size() && is_blank(text[begin])) ++begin;
  auto end = begin;
  while (end < text.size() && !is_blank(text[end])) ++end;
  bool is_open = end == text.size() && !is_end && text.size() < url_bytes_max;
  if (is_open) return 0;
  auto destination = text.substr(begin, end - begin);
  bool is_link = destination.find("//") != std::string_view::npos || destination.starts_with('<');
  if (is_link && !is_known(destination)) {
    out += "]:";
    ++removed_;
    return end;
  }
  out.append(text.substr(0, 2));
  return 2;
}

std::size_t LinkFilter::take_url(std::string_view text, std::string& out, bool is_end) {
  const auto* start = start_at(text);
  if (start == nullptr) {
    if (!is_end && may_become_start(text)) return 0;
    return take_character(text.front(), out);
  }
  auto end = end_of_url(text);
  if (end == text.size() && !is_end && end < url_bytes_max) return 0;
  auto authority = text.substr(start->is_scheme ? start->text.size() : 0);
  auto host = host_of(authority.substr(0, end_of_url(authority)));
  line_.append(text.substr(0, 1));
  if (!host.empty() && hosts_.contains(host)) {
    out.append(text.substr(0, end));
    return end;
  }
  ++removed_;
  return start->text.size();  // what follows is read again: a URL may hide in it
}

std::size_t LinkFilter::take_character(char c, std::string& out) {
  out += c;
  if (c != '\n') {
    if (line_.size() < 16) line_ += c;
    return 1;
  }
  auto start = std::string_view(line_);
  for (int i = 0; i < 3 && start.starts_with(' '); ++i) start.remove_prefix(1);
  if (start.starts_with("```")) is_in_fence_ = !is_in_fence_;
  line_.clear();
  return 1;
}

}  // namespace aiva::chat
