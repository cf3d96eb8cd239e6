#include "faces/http/internal/deflater.h"

#include <zlib.h>

namespace aiva::http {
namespace {

constexpr int level = 3;                   // speed over the last per cents
constexpr int gzip_window_bits = 15 + 16;  // 32 KB window, gzip framing
constexpr int memory_level = 8;

}  // namespace

struct Deflater::State {
  z_stream stream{};
  bool is_ready = false;
  ~State() {
    if (is_ready) deflateEnd(&stream);
  }
};

Deflater::Deflater() = default;
Deflater::~Deflater() = default;

bool Deflater::compress(std::string_view text, std::string& out) {
  if (!state_) state_ = std::make_unique<State>();
  auto& stream = state_->stream;
  if (!state_->is_ready) {
    if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window_bits, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
      return false;
    state_->is_ready = true;
  } else if (deflateReset(&stream) != Z_OK) {
    return false;
  }
  out.resize(deflateBound(&stream, text.size()));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) return false;
  out.resize(stream.total_out);
  return true;
}

}  // namespace aiva::http
