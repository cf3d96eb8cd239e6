#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "faces/http/response.h"

namespace aiva::http {

// One kind of file that is served, told by the ending of its name.
struct FileType {
  std::string_view extension;     // ".css"
  std::string_view content_type;  // borrowed for as long as the files
};

// The files of a folder as a build left them, some with what they were compressed to beside them
// (NAME.br, NAME.gz). The folder is read once; only the names are kept.
class BuiltFiles {
 public:
  // The files of these types in `folder` and below it, 2000 at most; none where it is missing.
  BuiltFiles(std::filesystem::path folder, std::span<const FileType> types);

  [[nodiscard]] bool has(std::string_view name) const { return files_.contains(name); }

  // The file `name` (its path below the folder) in the smallest form that the request's
  // Accept-Encoding takes, to be kept as `lifetime` (Cache-Control) says; nothing if there is none.
  [[nodiscard]] std::optional<Response> answer(std::string_view name, std::string_view accepted,
                                               std::string_view lifetime) const;

 private:
  struct File {
    std::string_view content_type;
    bool has_brotli = false;
    bool has_gzip = false;
  };

  void add(const std::filesystem::path& path, std::span<const FileType> types);

  std::filesystem::path folder_;
  std::map<std::string, File, std::less<>> files_;
};

}  // namespace aiva::http
