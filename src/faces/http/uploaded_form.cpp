#include "faces/http/uploaded_form.h"

#include <system_error>

namespace aiva::http {
namespace {

void remove_file(const std::filesystem::path& path) {
  if (path.empty()) return;
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

}  // namespace

UploadedFile::UploadedFile(UploadedFile&& other) noexcept
    : field(std::move(other.field)),
      filename(std::move(other.filename)),
      media_type(std::move(other.media_type)),
      size(other.size),
      sha256(std::move(other.sha256)),
      path_(std::exchange(other.path_, {})) {}

UploadedFile& UploadedFile::operator=(UploadedFile&& other) noexcept {
  if (this == &other) return *this;
  remove_file(path_);
  field = std::move(other.field);
  filename = std::move(other.filename);
  media_type = std::move(other.media_type);
  size = other.size;
  sha256 = std::move(other.sha256);
  path_ = std::exchange(other.path_, {});
  return *this;
}

UploadedFile::~UploadedFile() { remove_file(path_); }

void UploadedFile::own(std::filesystem::path path) {
  remove_file(path_);
  path_ = std::move(path);
}

UploadedFile* UploadedForm::file(std::string_view field) {
  for (auto& candidate : files)
    if (candidate.field == field) return &candidate;
  return nullptr;
}

const std::string* UploadedForm::field(std::string_view name) const {
  for (const auto& [key, value] : fields)
    if (key == name) return &value;
  return nullptr;
}

}  // namespace aiva::http
