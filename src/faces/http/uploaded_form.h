#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aiva::http {

// One file of a multipart upload, complete on disk. The file is deleted when this dies, unless
// somebody took it.
class UploadedFile {
 public:
  std::string field;       // the form field's name
  std::string filename;    // base name only, UTF-8, at most 255 bytes; never a path
  std::string media_type;  // as the client claims; find the truth in the bytes
  std::uint64_t size = 0;  // bytes
  std::string sha256;      // lower-case hexadecimal

  UploadedFile() = default;
  UploadedFile(UploadedFile&& other) noexcept;
  UploadedFile& operator=(UploadedFile&& other) noexcept;
  ~UploadedFile();

  // Where the bytes lie in the staging folder.
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  // Hands the file over: from now on the caller moves or deletes it.
  std::filesystem::path take() { return std::exchange(path_, {}); }
  // Makes this the owner of a file.
  void own(std::filesystem::path path);

 private:
  std::filesystem::path path_;
};

// What a multipart/form-data body contained, in the order of its parts.
struct UploadedForm {
  std::vector<UploadedFile> files{};
  std::vector<std::pair<std::string, std::string>> fields{};

  // The first file of that field; null when there is none.
  [[nodiscard]] UploadedFile* file(std::string_view field);
  // The first text field of that name; null when there is none.
  [[nodiscard]] const std::string* field(std::string_view name) const;
};

}  // namespace aiva::http
