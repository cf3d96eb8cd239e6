#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "adapters/s3/internal/file_plan.h"
#include "adapters/s3/internal/s3_client.h"

namespace aiva::s3 {

// One file on its way to one object: a single PUT, or parts of which several go at once. An upload
// of parts that fails is given up on the server, too. Everything given outlives it.
class Upload {
 public:
  struct Target {
    std::string key;      // with its prefix
    NamedValues headers;  // of the object: metadata, encryption
    std::filesystem::path file;
    std::size_t parts_at_once = 1;
  };
  Upload(S3Client& client, Target target, FilePlan plan)
      : client_(client), target_(std::move(target)), plan_(std::move(plan)) {}

  // The entity tag of the new object; empty where the server tells none.
  Task<Result<std::string>> run(CallContext context);

 private:
  Task<Result<std::string>> put_whole(CallContext context);
  Task<Result<std::string>> put_parts(CallContext context);
  Task<Result<void>> put_next_parts(CallContext context);
  Task<Result<void>> put_part(CallContext context, std::size_t index);
  Task<Result<std::string>> complete(CallContext context);
  // Whether the object is the one that was sent: a completion whose answer was lost.
  Task<Result<std::string>> find_completed(CallContext context, S3Answer answer);
  Task<Result<void>> give_up(CallContext context);
  [[nodiscard]] HttpFileBody body_of(const FilePlan::Part& part) const;

  S3Client& client_;
  Target target_;
  FilePlan plan_;
  std::string id_{};
  std::vector<std::string> etags_{};
  std::atomic<std::size_t> next_part_ = 0;
  std::atomic<bool> has_failed_ = false;
};

// The name of the metadata that holds the SHA-256 of the stored bytes.
inline constexpr std::string_view hash_header = "x-amz-meta-aiva-sha256";

}  // namespace aiva::s3
