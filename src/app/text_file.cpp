#include "app/text_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace aiva::app {

Result<std::string> read_text_file(const std::filesystem::path& path, std::size_t bytes_max) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rbe"),
                                                       &std::fclose);
  if (!file)
    return fail(ErrorCode::not_found, "Cannot read " + path.string(), std::strerror(errno));
  std::string text;
  std::array<char, 4096> block{};
  while (auto count = std::fread(block.data(), 1, block.size(), file.get())) {
    text.append(block.data(), count);
    if (text.size() > bytes_max) return fail(ErrorCode::too_large, path.string() + " is too long");
  }
  if (std::ferror(file.get()) == 0) return text;
  return fail(ErrorCode::not_found, "Cannot read " + path.string(), std::strerror(errno));
}

}  // namespace aiva::app
