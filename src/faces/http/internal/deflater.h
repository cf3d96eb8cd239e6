#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace aiva::http {

// Makes gzip (RFC 1952) of whole texts with one reused zlib state. One thread.
class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Replaces `out`; false when zlib has no memory.
  bool compress(std::string_view text, std::string& out);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aiva::http
