#pragma once

#include <string>

#include "adapters/s3/internal/s3_client.h"
#include "ports/object_store.h"

namespace aiva::s3 {

// The metadata that says that an object was sealed by this side, and reads it.
inline constexpr std::string_view sealed_header = "x-amz-meta-aiva-sealed";
bool is_sealed(const HttpResponse& head);

// Reads parts of objects, sealed or not. The client outlives it.
class RangeReader {
 public:
  struct Settings {
    std::string prefix;           // of all keys
    std::string master_key;       // opens what is sealed
    bool expects_sealed = false;  // then the header of an object is read first
  };
  RangeReader(S3Client& client, Settings settings)
      : client_(client), settings_(std::move(settings)) {}

  // Bytes of an object; the range is not empty. An object that is replaced meanwhile is read again,
  // and fails with `conflict` when that goes on.
  Task<Result<std::string>> read(CallContext context, std::string key, ByteRange range);

 private:
  // Some stored bytes of an object and what came along.
  struct StoredBytes {
    HttpResponse head;
    std::string bytes;
  };
  Task<Result<StoredBytes>> read_stored(CallContext context, std::string key, ByteRange range,
                                        std::string etag);
  Task<Result<std::string>> read_sealed(CallContext context, std::string key, ByteRange range,
                                        StoredBytes header);
  Task<Result<std::string>> read_once(CallContext context, std::string key, ByteRange range);

  S3Client& client_;
  Settings settings_;
};

}  // namespace aiva::s3
