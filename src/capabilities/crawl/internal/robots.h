#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aiva::crawl {

// What a site's robots.txt says to one crawler (RFC 9309).
class Robots {
 public:
  // Reads the groups for `agent` ("aiva"), or those for everybody when none names it. Anything can
  // be read; at most the first 500 KiB are looked at.
  Robots(std::string_view text, std::string_view agent);

  // Whether the path (with its query) may be fetched: the longest rule that fits decides, allowing
  // ones first among equals.
  [[nodiscard]] bool allows(std::string_view target) const;
  // How long to wait between two requests, if the site asks for it.
  [[nodiscard]] std::optional<std::chrono::milliseconds> delay() const { return delay_; }
  // The sitemaps it names, as written.
  [[nodiscard]] const std::vector<std::string>& sitemaps() const { return sitemaps_; }

 private:
  struct Rule {
    std::string pattern;
    bool is_allowing = false;
  };
  struct Group {
    std::vector<Rule> rules{};
    std::optional<std::chrono::milliseconds> delay{};
  };

  static void add(Group& group, std::string_view name, std::string_view value);

  std::vector<Rule> rules_;
  std::optional<std::chrono::milliseconds> delay_;
  std::vector<std::string> sitemaps_;
};

}  // namespace aiva::crawl
