#pragma once

#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::s3 {

// Where a bucket is: by its name in the path, or in front of the host.
struct Endpoint {
  std::string scheme;       // http or https
  std::string host;         // as the Host header says it
  std::string bucket_path;  // of the bucket, without a slash at its end

  // The encoded path of a key; of the bucket itself where the key is empty.
  [[nodiscard]] std::string path_of(std::string_view key) const;
};

struct EndpointSettings {
  std::string url;  // http:// or https://, host, port
  std::string bucket;
  bool path_style = true;
};

// Fails with `invalid`, naming the setting of [objects].
Result<Endpoint> make_endpoint(const EndpointSettings& settings);

// Percent-encodes all but unreserved characters (RFC 3986 section 2.3), as signatures want it.
std::string encode_uri(std::string_view text, bool keep_slashes);
// Turns %XX back; what is no such sequence stays.
std::string decode_uri(std::string_view text);

}  // namespace aiva::s3
