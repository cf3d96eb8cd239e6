#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "adapters/s3/internal/disk_file.h"
#include "adapters/s3/internal/s3_client.h"
#include "foundation/crypto.h"
#include "foundation/thread_pool.h"

namespace aiva::s3 {

// What came down.
struct Downloaded {
  bool is_unchanged = false;  // the copy that the caller has is the object still: no file
  std::string etag{};
  bool is_sealed = false;  // by this side
};

// One object on its way into a new file, which is verified: by its length, and by its hash where
// the object has one. A connection that breaks goes on where it broke, as long as the object is the
// same. Everything given outlives it.
class Download {
 public:
  struct Source {
    std::string key;   // with its prefix
    std::string etag;  // of the copy that the caller has; empty: none
    std::filesystem::path file;
  };
  Download(S3Client& client, ThreadPool& pool, Source source)
      : client_(client), pool_(pool), source_(std::move(source)) {}

  // Fails with `not_found`, `unavailable` where what came is not what was put, and as files do.
  Task<Result<Downloaded>> run(CallContext context);

 private:
  Task<Result<void>> begin(CallContext context);
  Task<Result<void>> read(CallContext context, HttpStream& body);
  Task<Result<void>> keep(CallContext context);
  Result<void> write(std::string_view bytes);
  Result<void> restart();
  void learn(const HttpResponse& head);
  [[nodiscard]] Result<void> verify();

  S3Client& client_;
  ThreadPool& pool_;
  Source source_;
  Downloaded out_{};
  std::unique_ptr<HttpStream> body_{};
  std::optional<DiskFile> target_{};
  Sha256 hash_{};
  std::string wanted_hash_{};
  std::optional<std::uint64_t> wanted_size_{};
  std::uint64_t size_ = 0;  // of what was written
  std::string pending_{};   // read and not yet written
};

}  // namespace aiva::s3
