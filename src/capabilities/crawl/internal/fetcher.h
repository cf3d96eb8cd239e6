#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>

#include "capabilities/crawl/crawl.h"
#include "capabilities/crawl/internal/web_url.h"

namespace aiva::crawl {

// A file in the staging folder, removed at its end unless somebody took it away.
class StagedFile {
 public:
  StagedFile() = default;
  explicit StagedFile(std::filesystem::path path) : path_(std::move(path)) {}
  StagedFile(StagedFile&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  StagedFile& operator=(StagedFile&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
  }
  ~StagedFile();

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// What an address answered, its body in the staging folder.
struct Fetched {
  WebUrl url{};  // after redirects
  int status = 0;
  std::string content_type{};  // without parameters, in lower case
  std::string file_name{};     // as the answer suggests
  StagedFile file{};
  std::int64_t size_bytes = 0;
  std::string content_sha256{};
  bool is_whole = true;  // false: cut off at the most bytes wanted
};

// Limits of one fetch.
struct FetchRequest {
  WebUrl url{};
  std::int64_t bytes_max = 0;
  bool may_be_cut = false;  // keep the beginning of what is larger, instead of failing
  // Asked before each redirect is followed; a failure is the fetch's.
  std::function<Result<void>(const WebUrl& to)> check_redirect{};
};

// Gets addresses of sites. The client refuses addresses of the own network on every connection, so
// also behind each redirect and for names that change their address meanwhile.
class Fetcher {
 public:
  // Everything is borrowed.
  Fetcher(const CrawlParts& parts, const CrawlSettings& settings)
      : parts_(parts), settings_(settings) {}

  // Follows up to five redirects. Any status but a redirect is a success. Fails with `forbidden`
  // (a guarded address), `too_large`, `invalid` (a redirect to nowhere), `unavailable`, `timeout`.
  Task<Result<Fetched>> fetch(CallContext context, FetchRequest request);
  // The text of a file that was fetched.
  static Result<std::string> read_text(const Fetched& fetched);

 private:
  Task<Result<Fetched>> fetch_once(CallContext context, const FetchRequest& request, WebUrl url,
                                   std::string& location);
  Task<Result<void>> save_body(CallContext context, HttpStream& stream, const FetchRequest& request,
                               Fetched& fetched);

  const CrawlParts& parts_;
  const CrawlSettings& settings_;
};

}  // namespace aiva::crawl
