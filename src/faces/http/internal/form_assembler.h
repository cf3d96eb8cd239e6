#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "faces/http/internal/multipart_parser.h"
#include "faces/http/internal/staged_file.h"
#include "faces/http/uploaded_form.h"
#include "foundation/crypto.h"
#include "foundation/result.h"

namespace aiva::http {

// How the names of staged files begin.
inline constexpr std::string_view staged_file_prefix = "upload-";

struct FormLimits {
  std::size_t parts_max = 20;
  std::size_t field_bytes_max = 64 * 1024;
  std::uint64_t file_bytes_max = 100 * 1024 * 1024;
};

// Makes an UploadedForm of a multipart body: files are hashed and written to the staging folder as
// they come. Blocks on the disk; files of a form that is given up are deleted.
class FormAssembler {
 public:
  FormAssembler(std::string_view boundary, std::filesystem::path staging_folder, FormLimits limits);
  FormAssembler(const FormAssembler&) = delete;
  FormAssembler& operator=(const FormAssembler&) = delete;

  // Takes what it can of `window` and says how many bytes; offer the rest again with more behind
  // it. Fails with `invalid`, `too_large`, or `unavailable` when the disk does not take the file.
  Result<std::size_t> consume(std::string_view window);
  // Whether the closing boundary was read.
  [[nodiscard]] bool is_complete() const { return is_complete_; }
  // The form; call once, when complete.
  UploadedForm take() { return std::move(form_); }

 private:
  Result<void> begin_part();
  Result<void> add_data(std::string_view data);
  Result<void> end_part();

  MultipartParser parser_;
  std::filesystem::path staging_folder_;
  FormLimits limits_;
  UploadedForm form_;
  bool is_complete_ = false;
  bool is_in_file_ = false;
  std::optional<StagedFile> file_;
  std::optional<Sha256> hash_;
};

}  // namespace aiva::http
