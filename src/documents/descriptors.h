#pragma once

#include <unistd.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "foundation/result.h"

namespace aiva::documents {

// An open file descriptor, closed with this object.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    reset(std::exchange(other.number_, -1));
    return *this;
  }
  ~FileDescriptor() { reset(); }

  [[nodiscard]] int number() const { return number_; }
  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  void reset(int number = -1) {
    if (number_ >= 0) ::close(number_);
    number_ = number;
  }
  // The number, which the caller has to close now.
  int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

// Sends one message with descriptors through a unix socket of packets. `unavailable` when the other
// side is gone.
Result<void> send_with_descriptors(int socket, std::string_view message,
                                   std::span<const int> descriptors);

struct ReceivedMessage {
  std::string bytes;  // empty: the other side is gone
  std::vector<FileDescriptor> descriptors;
};
// Waits for the next message of at most `bytes_max` bytes.
Result<ReceivedMessage> receive_with_descriptors(int socket, std::size_t bytes_max);

// Writes all bytes; `unavailable` when nobody reads them any more.
Result<void> write_all(int descriptor, std::string_view bytes);

}  // namespace aiva::documents
