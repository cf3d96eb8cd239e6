#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/time.h"

namespace aiva::s3 {

struct Credentials {
  std::string access_key;
  std::string secret_key;
  std::string session_token;  // of temporary keys; empty: none
};

using NamedValues = std::vector<std::pair<std::string, std::string>>;

// What a signature is made over.
struct SignedRequest {
  std::string method;
  std::string path;     // encoded
  NamedValues query;    // not encoded
  NamedValues headers;  // names in lower case, with `host`
  std::string payload_hash;
};

inline constexpr std::string_view unsigned_payload = "UNSIGNED-PAYLOAD";

// Signature Version 4 of Amazon Web Services for the service s3
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html).
class Signer {
 public:
  Signer(Credentials credentials, std::string region)
      : credentials_(std::move(credentials)), region_(std::move(region)) {}

  // Adds the headers that make the request one of ours at that time: x-amz-date,
  // x-amz-content-sha256, x-amz-security-token and authorization.
  void sign(SignedRequest& request, UnixMs now) const;
  // The encoded query that lets anybody send the request from now on, for so long.
  [[nodiscard]] std::string presign(SignedRequest request, UnixMs now,
                                    std::chrono::seconds life) const;

 private:
  [[nodiscard]] std::string scope_of(std::string_view date) const;
  [[nodiscard]] std::string signature_of(const SignedRequest& request, std::string_view time) const;

  Credentials credentials_;
  std::string region_;
};

// The query part of a URL, in the order of its names.
std::string write_query(NamedValues query);

}  // namespace aiva::s3
