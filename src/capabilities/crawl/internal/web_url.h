#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace aiva::crawl {

// An absolute http or https address in its normal form: lower-case scheme and host, no default
// port, no credentials, no fragment, no dot segments, blanks and bytes beyond ASCII encoded.
struct WebUrl {
  std::string scheme{};      // http or https
  std::string authority{};   // host and, when it is not the scheme's own, port
  std::string target = "/";  // path and query

  [[nodiscard]] std::string text() const { return scheme + "://" + authority + target; }
  [[nodiscard]] std::string_view path() const {
    return std::string_view(target).substr(0, target.find('?'));
  }
  [[nodiscard]] std::string_view host() const;
  bool operator==(const WebUrl&) const = default;
};

// Addresses longer than this are no addresses here.
inline constexpr std::size_t url_bytes_max = 2000;

// Reads an absolute address; nothing when it is none, or not one of http.
std::optional<WebUrl> parse_web_url(std::string_view text);

// What a reference on the page `base` points to (RFC 3986 section 5.2); nothing for other schemes
// ("mailto:", "javascript:").
std::optional<WebUrl> resolve(const WebUrl& base, std::string_view reference);

}  // namespace aiva::crawl
