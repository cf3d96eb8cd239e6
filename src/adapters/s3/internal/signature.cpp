#include "adapters/s3/internal/signature.h"

#include <algorithm>

#include "adapters/s3/internal/endpoint.h"
#include "foundation/crypto.h"

namespace aiva::s3 {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t date_size = 8;  // of 20130524T000000Z

// 2013-05-24T00:00:00.000Z without its marks.
std::string basic_time(UnixMs now) {
  std::string time;
  for (char c : to_iso8601(now).substr(0, 19))
    if (c != '-' && c != ':') time += c;
  return time + "Z";
}

std::string as_text(const Sha256Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

// Spaces at both ends go, those within become one.
std::string trim(std::string_view value) {
  std::string out;
  for (char c : value) {
    if (c == ' ' && (out.empty() || out.back() == ' ')) continue;
    out += c;
  }
  if (out.ends_with(' ')) out.pop_back();
  return out;
}

std::string names_of(const NamedValues& headers) {
  std::string names;
  for (const auto& [name, value] : headers) names += (names.empty() ? "" : ";") + name;
  return names;
}

std::string canonical(const SignedRequest& request) {
  auto text = request.method + "\n" + request.path + "\n" + write_query(request.query) + "\n";
  for (const auto& [name, value] : request.headers) text += name + ":" + trim(value) + "\n";
  return text + "\n" + names_of(request.headers) + "\n" + request.payload_hash;
}

}  // namespace

std::string write_query(NamedValues query) {
  for (auto& [name, value] : query) {
    name = encode_uri(name, false);
    value = encode_uri(value, false);
  }
  std::ranges::sort(query);
  std::string text;
  for (const auto& [name, value] : query)
    text.append(text.empty() ? "" : "&").append(name).append("=").append(value);
  return text;
}

std::string Signer::scope_of(std::string_view date) const {
  return std::string(date) + "/" + region_ + "/s3/aws4_request";
}

std::string Signer::signature_of(const SignedRequest& request, std::string_view time) const {
  auto date = time.substr(0, date_size);
  auto to_sign = std::string(algorithm) + "\n" + std::string(time) + "\n" + scope_of(date) + "\n" +
                 to_hex(sha256(canonical(request)));
  auto key = "AWS4" + credentials_.secret_key;
  for (std::string_view part :
       {date, std::string_view(region_), std::string_view("s3"), std::string_view("aws4_request")})
    key = as_text(hmac_sha256(key, part));
  return to_hex(hmac_sha256(key, to_sign));
}

void Signer::sign(SignedRequest& request, UnixMs now) const {
  auto time = basic_time(now);
  request.headers.emplace_back("x-amz-date", time);
  request.headers.emplace_back("x-amz-content-sha256", request.payload_hash);
  if (!credentials_.session_token.empty())
    request.headers.emplace_back("x-amz-security-token", credentials_.session_token);
  std::ranges::sort(request.headers);
  auto signature = signature_of(request, time);
  request.headers.emplace_back(
      "authorization", std::string(algorithm) + " Credential=" + credentials_.access_key + "/" +
                           scope_of(std::string_view(time).substr(0, date_size)) +
                           ",SignedHeaders=" + names_of(request.headers) +
                           ",Signature=" + signature);
}

std::string Signer::presign(SignedRequest request, UnixMs now, std::chrono::seconds life) const {
  auto time = basic_time(now);
  std::ranges::sort(request.headers);
  auto scope = scope_of(std::string_view(time).substr(0, date_size));
  request.query.emplace_back("X-Amz-Algorithm", algorithm);
  request.query.emplace_back("X-Amz-Credential", credentials_.access_key + "/" + scope);
  request.query.emplace_back("X-Amz-Date", time);
  request.query.emplace_back("X-Amz-Expires", std::to_string(life.count()));
  request.query.emplace_back("X-Amz-SignedHeaders", names_of(request.headers));
  if (!credentials_.session_token.empty())
    request.query.emplace_back("X-Amz-Security-Token", credentials_.session_token);
  request.payload_hash = unsigned_payload;
  return write_query(request.query) + "&X-Amz-Signature=" + signature_of(request, time);
}

}  // namespace aiva::s3
