#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "adapters/http_client/internal/asio.h"
#include "foundation/result.h"
#include "foundation/thread_pool.h"
#include "ports/http_client.h"

namespace aiva::http_client {

// Reads part of a file piece by piece on a pool of threads, which must outlive the calls.
class FileReader {
 public:
  FileReader(ThreadPool& pool, const HttpFileBody& body);

  [[nodiscard]] bool is_done() const { return left_ == 0; }
  // The next bytes. Fails with `internal` when the file cannot be read or ends too early, and with
  // `unavailable` when the pool is overloaded.
  Awaitable<Result<std::string>> next();

 private:
  struct File;
  ThreadPool& pool_;
  std::shared_ptr<File> file_;  // a read that was given up may use it longer
  std::uint64_t offset_;
  std::uint64_t left_;
};

}  // namespace aiva::http_client
