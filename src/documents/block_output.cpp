#include "documents/block_output.h"

#include <utility>

#include "documents/clean_text.h"
#include "documents/language.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t batch_bytes = 256 * 1024;
constexpr std::size_t batch_blocks = 512;
constexpr std::size_t title_bytes_max = 300;
constexpr std::size_t file_piece_bytes = 256 * 1024;

// The first part of a long text, up to a line end or a blank in its second half where there is one.
std::string_view first_part(std::string_view text, std::size_t bytes_max) {
  auto part = utf8_prefix(text, bytes_max);
  if (part.size() == text.size()) return part;
  for (char stop : {'\n', ' '}) {
    auto at = part.rfind(stop);
    if (at != std::string_view::npos && at >= bytes_max / 2) return part.substr(0, at);
  }
  return part;
}

}  // namespace

Result<void> BlockOutput::add(Block block) {
  bool is_preformatted = block.kind == BlockKind::code || block.kind == BlockKind::table;
  auto text =
      is_preformatted ? clean_preformatted_text(block.text) : clean_flowing_text(block.text);
  if (is_blank(text)) return {};
  if (first_heading_.empty() && block.kind == BlockKind::heading)
    first_heading_ = utf8_prefix(unwrap_lines(text), title_bytes_max);
  if (text.size() <= limits_.block_text_bytes_max) {
    block.text = std::move(text);
    return add_piece(std::move(block));
  }
  block.text.clear();
  for (std::string_view rest = text; !rest.empty();) {
    auto part = first_part(rest, limits_.block_text_bytes_max);
    rest.remove_prefix(part.size());
    Block piece = block;
    block.links.clear();
    block.header_rows = 0;
    piece.text = is_preformatted ? std::string(part) : std::string(trim(part));
    if (!piece.text.empty()) TRY_VOID(add_piece(std::move(piece)));
  }
  return {};
}

Result<void> BlockOutput::add_piece(Block piece) {
  text_bytes_ += piece.text.size();
  if (text_bytes_ > limits_.text_bytes_max) {
    is_full_ = true;
    TRY_VOID(flush());
    return fail(ErrorCode::too_large, "The document holds more than " +
                                          std::to_string(limits_.text_bytes_max / (1024 * 1024)) +
                                          " MB of text; the rest of it was left out");
  }
  if (sample_.size() < language_sample_bytes) (sample_ += piece.text) += '\n';
  waiting_bytes_ += piece.text.size();
  waiting_.push_back(std::move(piece));
  ++blocks_added_;
  if (waiting_bytes_ >= batch_bytes || waiting_.size() >= batch_blocks) return flush();
  return {};
}

Result<void> BlockOutput::flush() {
  if (waiting_.empty()) return {};
  waiting_bytes_ = 0;
  auto delivered = sink_.blocks(std::exchange(waiting_, {}));
  has_sink_failed_ = !delivered;
  return delivered;
}

bool BlockOutput::wants(EmbeddedFile::Kind kind) const {
  bool is_asked_for =
      kind == EmbeddedFile::Kind::image ? request_.wants_images : request_.wants_documents;
  return is_asked_for && sink_.file != nullptr;
}

Result<void> BlockOutput::add_file(const EmbeddedFile& file, std::string_view bytes) {
  if (!wants(file.kind)) return {};
  TRY_VOID(flush());
  ++files_added_;
  file_bytes_ += bytes.size();
  bool is_image = file.kind == EmbeddedFile::Kind::image;
  auto files_max = is_image ? limits_.embedded_files_max : limits_.embedded_documents_max;
  is_full_ = files_added_ > files_max || file_bytes_ > limits_.embedded_bytes_max;
  if (is_full_) return fail(ErrorCode::too_large, "The document holds too many or too large files");
  do {
    auto piece = bytes.substr(0, file_piece_bytes);
    bytes.remove_prefix(piece.size());
    auto delivered = sink_.file(file, piece, bytes.empty());
    has_sink_failed_ = !delivered;
    TRY_VOID(delivered);
  } while (!bytes.empty());
  return {};
}

Result<void> BlockOutput::end_page(int pages_read, int pages) {
  TRY_VOID(flush());
  pages_read_ = pages_read;
  pages_ = pages;
  if (!sink_.progress) return {};
  auto told = sink_.progress(pages_read, pages);
  has_sink_failed_ = !told;
  return told;
}

}  // namespace aiva::documents
