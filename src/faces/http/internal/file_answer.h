#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "faces/http/internal/output.h"
#include "faces/http/middleware/exchange.h"
#include "foundation/task.h"
#include "foundation/thread_pool.h"

namespace aiva::http {

// Which bytes of a file a client asks for.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t length = 0;
};

enum class RangeAnswer { whole, part, unsatisfiable };

// Reads a Range header with one byte range (RFC 9110 §14) of a file of `size` bytes; several ranges
// or malformed ones mean the whole file.
RangeAnswer parse_range(std::string_view header, std::uint64_t size, ByteRange& range);

// A file on its way to the client, read in blocks on a pool.
class FileAnswer {
 public:
  explicit FileAnswer(ThreadPool& files) : files_(files) {}
  ~FileAnswer();
  FileAnswer(const FileAnswer&) = delete;
  FileAnswer& operator=(const FileAnswer&) = delete;

  // Opens the file and completes status and headers of the exchange's answer (ranges, entity tag).
  Task<Outcome> open(Exchange& exchange);
  // The bytes of the body.
  [[nodiscard]] std::uint64_t length() const { return range_.length; }
  // Sends the body; false when the peer is gone or the file shrank.
  Task<bool> send(Exchange& exchange, Output& output);

 private:
  ThreadPool& files_;
  int descriptor_ = -1;
  ByteRange range_;
};

}  // namespace aiva::http
