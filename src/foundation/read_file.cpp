#include "foundation/read_file.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace aiva {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t piece_bytes = 256UL * 1024;

}  // namespace

Result<std::string> read_file(const fs::path& path, std::size_t bytes_max) {
  auto refuse = [&path](ErrorCode code, const char* why) {
    return fail(code, std::string("A file ") + why, path.string());
  };
  std::error_code error;
  auto type = fs::status(path, error).type();
  if (type == fs::file_type::not_found) return refuse(ErrorCode::not_found, "is not there");
  if (type == fs::file_type::none) return refuse(ErrorCode::unavailable, "cannot be read");
  // A folder can be opened, and a pipe waits for whoever writes to it.
  if (type != fs::file_type::regular)
    return refuse(ErrorCode::invalid, "is wanted where something else is");
  auto size = fs::file_size(path, error);
  if (!error && size > bytes_max) return refuse(ErrorCode::too_large, "is too large");
  std::ifstream file(path, std::ios::binary);
  std::string content;
  content.reserve(error ? 0 : size);
  // Those below /proc have no size, and any file may grow meanwhile.
  while (file.good() && content.size() <= bytes_max) {
    auto before = content.size();
    auto wanted = std::min(piece_bytes, bytes_max - before) + 1;
    content.resize(before + wanted);
    file.read(content.data() + before, static_cast<std::streamsize>(wanted));
    content.resize(before + static_cast<std::size_t>(file.gcount()));
  }
  if (content.size() > bytes_max) return refuse(ErrorCode::too_large, "is too large");
  if (!file.eof()) return refuse(ErrorCode::unavailable, "cannot be read");
  return content;
}

}  // namespace aiva
