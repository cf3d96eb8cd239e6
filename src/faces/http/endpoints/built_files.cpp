#include "faces/http/endpoints/built_files.h"

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <utility>

#include "faces/http/header_text.h"

namespace aiva::http {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t files_max = 2000;

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored);
}

}  // namespace

BuiltFiles::BuiltFiles(fs::path folder, std::span<const FileType> types)
    : folder_(std::move(folder)) {
  std::error_code error;
  fs::recursive_directory_iterator entries(folder_, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (files_.size() == files_max) break;
    if (is_file(entries->path())) add(entries->path(), types);
  }
}

void BuiltFiles::add(const fs::path& path, std::span<const FileType> types) {
  const auto type = std::ranges::find(types, path.extension().string(), &FileType::extension);
  if (type == types.end()) return;
  files_.emplace(path.lexically_relative(folder_).generic_string(),
                 File{.content_type = type->content_type,
                      .has_brotli = is_file(path.string() + ".br"),
                      .has_gzip = is_file(path.string() + ".gz")});
}

std::optional<Response> BuiltFiles::answer(std::string_view name, std::string_view accepted,
                                           std::string_view lifetime) const {
  auto found = files_.find(name);
  if (found == files_.end()) return std::nullopt;
  const auto& file = found->second;
  auto path = (folder_ / name).string();
  std::string_view coding;
  if (file.has_brotli && accepts_coding(accepted, "br"))
    coding = "br";
  else if (file.has_gzip && accepts_coding(accepted, "gzip"))
    coding = "gzip";
  if (!coding.empty()) path += coding == "br" ? ".br" : ".gz";
  auto response = file_response(std::move(path), std::string(file.content_type));
  auto& headers = response.headers;
  if (!coding.empty()) headers.push_back({"Content-Encoding", std::string(coding)});
  if (file.has_brotli || file.has_gzip) headers.push_back({"Vary", "Accept-Encoding"});
  headers.push_back({"Cache-Control", std::string(lifetime)});
  return response;
}

}  // namespace aiva::http
