#include "adapters/s3/internal/endpoint.h"

#include <algorithm>
#include <utility>

namespace aiva::s3 {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}
bool is_unreserved(char c) {
  return is_alphanumeric(c) || c == '-' || c == '_' || c == '.' || c == '~';
}
bool is_host_byte(char c) {
  return is_alphanumeric(c) || c == '-' || c == '.' || c == ':' || c == '[' || c == ']';
}

int value_of(char digit) {
  auto upper = digit >= 'a' && digit <= 'f' ? static_cast<char>(digit - 32) : digit;
  auto found = hex_digits.find(upper);
  return found == std::string_view::npos ? -1 : static_cast<int>(found);
}

// The rules for new buckets: 3 to 63 of a-z, 0-9, dots and dashes, no dash or dot at an end.
bool is_bucket(std::string_view name) {
  auto is_byte = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, is_byte) &&
         is_alphanumeric(name.front()) && is_alphanumeric(name.back()) && !name.contains("..");
}

}  // namespace

std::string encode_uri(std::string_view text, bool keep_slashes) {
  std::string out;
  for (char c : text) {
    if (is_unreserved(c) || (keep_slashes && c == '/')) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex_digits[byte >> 4];
    out += hex_digits[byte & 15];
  }
  return out;
}

std::string decode_uri(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bool is_escape = text[i] == '%' && i + 2 < text.size() && value_of(text[i + 1]) >= 0 &&
                     value_of(text[i + 2]) >= 0;
    if (!is_escape) {
      out += text[i];
      continue;
    }
    out += static_cast<char>(value_of(text[i + 1]) * 16 + value_of(text[i + 2]));
    i += 2;
  }
  return out;
}

std::string Endpoint::path_of(std::string_view key) const {
  if (key.empty()) return bucket_path.empty() ? "/" : bucket_path;
  return bucket_path + "/" + encode_uri(key, true);
}

Result<Endpoint> make_endpoint(const EndpointSettings& settings) {
  Endpoint endpoint;
  std::string_view url(settings.url);
  for (std::string_view scheme : {"https", "http"}) {
    auto begin = std::string(scheme) + "://";
    if (!url.starts_with(begin)) continue;
    endpoint.scheme = scheme;
    url.remove_prefix(begin.size());
    break;
  }
  if (url.ends_with('/')) url.remove_suffix(1);
  if (endpoint.scheme.empty() || url.empty() || !std::ranges::all_of(url, is_host_byte))
    return fail(invalid_field("objects.url", "must be http:// or https:// with a host and a port"));
  std::string host(url);
  std::ranges::transform(host, host.begin(), lower);
  // Host headers do not name the usual port, and signatures sign the header.
  std::string_view usual = endpoint.scheme == "https" ? ":443" : ":80";
  if (host.ends_with(usual)) host.resize(host.size() - usual.size());
  if (!is_bucket(settings.bucket))
    return fail(invalid_field("objects.bucket", "is no name of a bucket"));
  endpoint.host = settings.path_style ? host : settings.bucket + "." + host;
  if (settings.path_style) endpoint.bucket_path = "/" + settings.bucket;
  return endpoint;
}

}  // namespace aiva::s3
