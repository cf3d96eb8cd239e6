#include "adapters/http_client/internal/url.h"

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <exception>

namespace aiva::http_client {
namespace {

namespace urls = boost::urls;

constexpr std::size_t url_bytes_max = 8192;
constexpr std::size_t host_bytes_max = 253;

std::unexpected<Error> refuse(const char* reason) {
  return fail(Error{.code = ErrorCode::invalid, .message = std::string("The URL ") + reason});
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

Result<Url> read_parts(const urls::url_view& view) {
  Url url;
  url.is_tls = view.scheme_id() == urls::scheme::https;
  if (!url.is_tls && view.scheme_id() != urls::scheme::http)
    return refuse("must begin with http:// or https://");
  if (!view.has_authority()) return refuse("has no host");
  if (view.has_userinfo()) return refuse("must not hold credentials");

  bool is_v6 = view.host_type() == urls::host_type::ipv6;
  if (view.host_type() == urls::host_type::ipvfuture) return refuse("has an unknown host");
  url.host = is_v6 ? view.host_address() : view.host();
  std::ranges::transform(url.host, url.host.begin(), lower);
  bool is_name = !url.host.empty() && url.host.size() <= host_bytes_max &&
                 std::ranges::all_of(url.host, is_name_byte);
  if (!is_v6 && !is_name) return refuse("has an unknown host");

  url.port = url.is_tls ? 443 : 80;
  std::string_view port(view.port().data(), view.port().size());
  if (!port.empty()) {
    auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    bool is_number = error == std::errc() && end == port.data() + port.size();
    if (!is_number || url.port == 0) return refuse("has no valid port");
  }
  url.authority = is_v6 ? "[" + url.host + "]" : url.host;
  if (url.port != (url.is_tls ? 443 : 80)) url.authority += ":" + std::to_string(url.port);
  url.target = std::string(view.encoded_path());
  if (url.target.empty()) url.target = "/";
  // Boost.URL 1.81 reads `http://host:word/` as an empty port and a path that begins with `word`.
  if (!url.target.starts_with('/')) return refuse("has no valid port");
  if (view.has_query()) url.target += "?" + std::string(view.encoded_query());
  return url;
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  if (text.size() > url_bytes_max) return refuse("is too long");
  try {
    auto view = urls::parse_uri(urls::string_view(text.data(), text.size()));
    if (!view) return refuse("is malformed");
    return read_parts(*view);
  } catch (const std::exception&) {
    return refuse("is malformed");
  }
}

}  // namespace aiva::http_client
