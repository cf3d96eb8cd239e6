#include "faces/load/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

namespace aiva::load {
namespace {

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port > 0;
}

}  // namespace

Result<Target> parse_target(std::string_view url) {
  auto parsed = boost::urls::parse_uri({url.data(), url.size()});
  bool is_http = parsed && parsed->scheme_id() == boost::urls::scheme::http;
  bool has_port = is_http && (!parsed->has_port() || is_port(std::string_view(parsed->port())));
  bool is_plain = has_port && !parsed->has_userinfo() && !parsed->has_query() &&
                  !parsed->has_fragment() && !parsed->encoded_host().empty();
  if (!is_plain)
    return fail(ErrorCode::invalid,
                "The URL is no http://HOST:PORT; where TLS is on, measure the program behind it");
  std::string path(parsed->encoded_path());
  while (path.ends_with('/')) path.pop_back();
  std::string port(parsed->port());
  return Target{.host = std::string(parsed->host_address()),
                .port = port.empty() ? "80" : port,
                .authority = std::string(parsed->encoded_host_and_port()),
                .prefix = path};
}

Result<ThinkTime> parse_think_time(std::string_view text) {
  auto dash = text.find('-');
  if (dash == std::string_view::npos) {
    TRY(auto middle, parse_length(text));
    return ThinkTime{.least = middle / 2, .most = middle * 3 / 2};
  }
  TRY(auto least, parse_length(text.substr(0, dash)));
  TRY(auto most, parse_length(text.substr(dash + 1)));
  if (most < least)
    return fail(ErrorCode::invalid, fmt::format("\"{}\" ends before it begins", text));
  return ThinkTime{.least = least, .most = most};
}

std::size_t Plan::clients() const {
  if (is_open()) return connections;
  return static_cast<std::size_t>(std::ceil(users_most(scenario)));
}

}  // namespace aiva::load
