#include "faces/http/internal/form_assembler.h"

#include <utility>

#include "faces/http/internal/filename.h"
#include "foundation/text/utf8.h"

namespace aiva::http {
FormAssembler::FormAssembler(std::string_view boundary, std::filesystem::path staging_folder,
                             FormLimits limits)
    : parser_(boundary, {.parts_max = limits.parts_max}),
      staging_folder_(std::move(staging_folder)),
      limits_(limits) {}

Result<std::size_t> FormAssembler::consume(std::string_view window) {
  using Event = MultipartParser::Event;
  auto rest = window;
  for (;;) {
    TRY(auto event, parser_.next(rest));
    switch (event) {
      case Event::need_input: return window.size() - rest.size();
      case Event::part: TRY_VOID(begin_part()); break;
      case Event::data: TRY_VOID(add_data(parser_.data())); break;
      case Event::part_end: TRY_VOID(end_part()); break;
      case Event::end: is_complete_ = true; return window.size();
    }
  }
}

Result<void> FormAssembler::begin_part() {
  const auto& part = parser_.part();
  auto name = repair_utf8(part.name);
  is_in_file_ = part.is_file;
  if (!is_in_file_) {
    form_.fields.emplace_back(std::move(name), std::string());
    return {};
  }
  auto& file = form_.files.emplace_back();
  file.field = std::move(name);
  file.filename = sanitise_filename(part.filename);
  file.media_type = part.media_type;
  auto path = staging_folder_ / (std::string(staged_file_prefix) + random_token(18));
  TRY(file_, StagedFile::create(path));
  file.own(std::move(path));
  hash_.emplace();
  return {};
}

Result<void> FormAssembler::add_data(std::string_view data) {
  if (!is_in_file_) {
    auto& value = form_.fields.back().second;
    if (value.size() + data.size() > limits_.field_bytes_max)
      return fail(ErrorCode::too_large, "A form field is too long");
    value += data;
    return {};
  }
  auto& file = form_.files.back();
  file.size += data.size();
  if (file.size > limits_.file_bytes_max)
    return fail(ErrorCode::too_large, "The file is too large");
  hash_->update(data);
  return file_->write(data);
}

Result<void> FormAssembler::end_part() {
  if (!is_in_file_) {
    const auto& [name, value] = form_.fields.back();
    if (is_valid_utf8(value)) return {};
    return fail(invalid_field(name, "must be UTF-8 text"));
  }
  form_.files.back().sha256 = to_hex(hash_->finish());
  hash_.reset();
  auto finished = file_->finish();
  file_.reset();
  return finished;
}

}  // namespace aiva::http
