#pragma once

#include <set>
#include <string>
#include <string_view>

namespace aiva::chat {

// Names of machines as links carry them, lower case, without user names and ports.
using Hosts = std::set<std::string, std::less<>>;

// The host of a URL's part behind "://"; empty when it is none a browser would surely read alike.
std::string host_of(std::string_view authority_and_path);

// Adds the host of every http and https URL in a text, and of every name that begins with "www.".
void collect_hosts(std::string_view text, Hosts& hosts);

// Makes links harmless that lead elsewhere than to `hosts`, while an answer streams: a model that
// was talked into it could send what it knows to a stranger in the address of a picture or a link.
// The destination of a Markdown link or picture goes, its text stays; a bare URL loses its scheme.
// Blocks fenced with ``` are text. What was let through joins to the final text.
class LinkFilter {
 public:
  // The hosts are borrowed and may grow.
  explicit LinkFilter(const Hosts& hosts) : hosts_(hosts) {}

  // The part of the text that is settled now.
  std::string push(std::string_view piece);
  std::string finish();
  [[nodiscard]] int removed() const { return removed_; }

 private:
  // Each says how many bytes are settled by what begins at the first one; 0: more is needed to
  // tell.
  std::size_t take(std::string_view text, std::string& out, bool is_end);
  std::size_t take_destination(std::string_view whole, std::string& out, bool is_end);
  std::size_t take_definition(std::string_view text, std::string& out, bool is_end);
  std::size_t take_url(std::string_view text, std::string& out, bool is_end);
  std::size_t take_character(char c, std::string& out);
  std::string settle(bool is_end);
  [[nodiscard]] bool is_known(std::string_view destination) const;

  const Hosts& hosts_;
  std::string held_;
  std::string line_;  // the first bytes of the current line, to see fences
  bool is_in_fence_ = false;
  int removed_ = 0;
};

}  // namespace aiva::chat
