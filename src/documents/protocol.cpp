#include "documents/protocol.h"

#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <functional>
#include <utility>

#include "documents/clean_text.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t header_bytes = 5;
constexpr std::size_t record_bytes_max = 2 * 1024 * 1024;
constexpr std::size_t blocks_max = 4096;
constexpr std::size_t short_text_bytes_max = 2000;
constexpr int pages_claimed_max = 100'000'000;
constexpr int level_max = 16;
constexpr int header_rows_max = 255;
constexpr int image_side_max = 100'000;
constexpr std::size_t links_max = 1000;  // of one block
constexpr std::size_t link_bytes_max = 2000;
constexpr float coordinate_max = 40000;
constexpr std::uint32_t request_mark = 0x41495641;
constexpr std::size_t file_name_bytes_max = 512;

enum class Kind : std::uint8_t {
  started = 1,
  blocks,
  progress,
  file_piece,
  summary,
  error,
  conversion
};

void add_number32(std::string& bytes, std::uint32_t value) {
  for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(value >> shift & 0xFF);
}

class Encoder {
 public:
  explicit Encoder(Kind kind) {
    number32(0);  // the length, known at the end
    number8(static_cast<std::uint8_t>(kind));
  }
  void number8(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  void number32(std::uint32_t value) { add_number32(bytes_, value); }
  void integer(int value) { number32(static_cast<std::uint32_t>(value)); }
  void box(const std::optional<Box>& box) {
    number8(box ? 1 : 0);
    if (!box) return;
    for (float value : {box->left, box->top, box->right, box->bottom})
      number32(std::bit_cast<std::uint32_t>(value));
  }
  void text(std::string_view value) {
    number32(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
  }
  std::string finish() {
    auto length = static_cast<std::uint32_t>(bytes_.size() - header_bytes);
    for (std::size_t i = 0; i < 4; ++i) bytes_[i] = static_cast<char>(length >> (8 * i) & 0xFF);
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
};

std::uint32_t read_number32(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// Takes values from the front; remembers when there were too few bytes.
class Taker {
 public:
  explicit Taker(std::string_view bytes) : bytes_(bytes) {}

  std::uint8_t number8() {
    auto taken = take(1);
    return taken.empty() ? 0 : static_cast<std::uint8_t>(taken[0]);
  }
  std::uint32_t number32() {
    auto taken = take(4);
    return taken.empty() ? 0 : read_number32(taken);
  }
  // A number that fits into an int and is not negative.
  int integer() {
    auto value = number32();
    if (value > 0x7FFFFFFF) is_short_ = true;
    return is_short_ ? 0 : static_cast<int>(value);
  }
  bool flag() { return number8() != 0; }
  std::optional<Box> box() {
    if (!flag()) return std::nullopt;
    return Box{
        .left = coordinate(), .top = coordinate(), .right = coordinate(), .bottom = coordinate()};
  }
  std::string_view text() { return take(number32()); }
  // Whether every byte was taken and none was missing.
  [[nodiscard]] bool is_exact() const { return !is_short_ && bytes_.empty(); }
  [[nodiscard]] bool is_short() const { return is_short_; }

 private:
  float coordinate() { return std::bit_cast<float>(number32()); }
  std::string_view take(std::size_t count) {
    if (is_short_ || count > bytes_.size()) {
      is_short_ = true;
      return {};
    }
    auto taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

  std::string_view bytes_;
  bool is_short_ = false;
};

std::unexpected<Error> reject(std::string why) {
  return fail(ErrorCode::invalid, "The document made its reader fail", std::move(why));
}

bool is_clean_text(std::string_view text) {
  auto is_control = [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F;
  };
  return std::ranges::none_of(text, is_control) && is_valid_utf8(text);
}

bool is_web_or_mail(std::string_view link) {
  return link.starts_with("https://") || link.starts_with("http://") || link.starts_with("mailto:");
}

bool is_sound(const Box& box) {
  auto is_near = [](float v) { return std::isfinite(v) && v >= 0 && v <= coordinate_max; };
  return is_near(box.left) && is_near(box.top) && is_near(box.right) && is_near(box.bottom) &&
         box.left <= box.right && box.top <= box.bottom;
}

bool is_document_format(std::uint8_t value) {
  return value > static_cast<std::uint8_t>(FileFormat::unknown) &&
         value <= static_cast<std::uint8_t>(last_file_format);
}

// The ways a child may say that it failed.
bool is_failure_of_child(std::uint8_t value) {
  switch (static_cast<ErrorCode>(value)) {
    case ErrorCode::invalid:
    case ErrorCode::too_large:
    case ErrorCode::unavailable:
    case ErrorCode::timeout:
    case ErrorCode::internal: return true;
    case ErrorCode::unauthenticated:
    case ErrorCode::forbidden:
    case ErrorCode::not_found:
    case ErrorCode::conflict:
    case ErrorCode::quota_exceeded:
    case ErrorCode::rate_limited:
    case ErrorCode::cancelled: return false;
  }
  return false;
}

Result<Record> decode_started(Taker taker) {
  auto format = taker.number8();
  if (!taker.is_exact() || format > static_cast<std::uint8_t>(last_file_format))
    return reject("malformed start");
  return Started{static_cast<FileFormat>(format)};
}

Result<Record> decode_progress(Taker taker) {
  Progress progress;
  progress.pages_read = taker.integer();
  progress.pages = taker.integer();
  if (!taker.is_exact() || progress.pages > pages_claimed_max ||
      progress.pages_read > progress.pages)
    return reject("malformed progress");
  return progress;
}

bool is_language(std::string_view code) {
  return code.size() <= 3 && std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
}

// Whether the pages ascend from 1 to at most `last`.
bool are_pages_of(const std::vector<int>& pages, int last) {
  bool is_ascending = std::ranges::adjacent_find(pages, std::greater_equal()) == pages.end();
  return pages.empty() || (is_ascending && pages.front() >= 1 && pages.back() <= last);
}

Result<FilePiece> decode_file_piece(Taker taker) {
  FilePiece piece;
  auto kind = taker.number8();
  piece.file.name = taker.text();
  piece.file.media_type = taker.text();
  piece.file.page = taker.integer();
  piece.file.box = taker.box();
  piece.file.width = taker.integer();
  piece.file.height = taker.integer();
  piece.is_last = taker.flag();
  piece.bytes = taker.text();
  if (!taker.is_exact() || kind > static_cast<std::uint8_t>(EmbeddedFile::Kind::document))
    return reject("malformed file");
  piece.file.kind = static_cast<EmbeddedFile::Kind>(kind);
  return piece;
}

Result<Record> decode_summary(Taker taker) {
  auto format = taker.number8();
  DocumentSummary summary;
  summary.title = taker.text();
  summary.pages = taker.integer();
  summary.pages_read = taker.integer();
  summary.partial_reason = taker.text();
  summary.language = taker.text();
  auto pages_without_text = taker.number32();
  for (std::uint32_t i = 0; i < pages_without_text && !taker.is_short(); ++i)
    summary.pages_without_text.push_back(taker.integer());
  summary.may_have_figures = taker.flag();
  bool is_sound = taker.is_exact() && is_document_format(format) &&
                  summary.title.size() <= short_text_bytes_max && is_clean_text(summary.title) &&
                  summary.partial_reason.size() <= short_text_bytes_max &&
                  is_clean_text(summary.partial_reason) && summary.pages <= pages_claimed_max &&
                  summary.pages_read <= summary.pages && is_language(summary.language) &&
                  are_pages_of(summary.pages_without_text, summary.pages);
  if (!is_sound) return reject("malformed summary");
  summary.format = static_cast<FileFormat>(format);
  return summary;
}

Result<Record> decode_error(Taker taker) {
  auto code = taker.number8();
  std::string message(taker.text());
  bool is_sound = taker.is_exact() && is_failure_of_child(code) && !message.empty() &&
                  message.size() <= short_text_bytes_max && is_clean_text(message);
  if (!is_sound) return reject("malformed failure");
  return Error{.code = static_cast<ErrorCode>(code), .message = std::move(message)};
}

Result<std::vector<Block>> decode_blocks(Taker taker) {
  auto count = taker.number32();
  if (count > blocks_max) return reject("too many blocks");
  std::vector<Block> blocks;
  for (std::uint32_t i = 0; i < count && !taker.is_short(); ++i) {
    auto kind = taker.number8();
    if (kind > static_cast<std::uint8_t>(last_block_kind)) return reject("unknown kind of block");
    Block block{.kind = static_cast<BlockKind>(kind)};
    block.level = taker.number8();
    block.page = taker.integer();
    block.header_rows = taker.number8();
    block.is_hidden = taker.flag();
    block.box = taker.box();
    block.text = taker.text();
    auto links = taker.number32();
    if (links > links_max) return reject("too many links");
    for (std::uint32_t k = 0; k < links && !taker.is_short(); ++k)
      block.links.emplace_back(taker.text());
    blocks.push_back(std::move(block));
  }
  if (!taker.is_exact()) return reject("malformed blocks");
  return blocks;
}

Result<ConversionPiece> decode_conversion(Taker taker) {
  ConversionPiece piece;
  auto format = taker.number8();
  bool is_legacy = format == static_cast<std::uint8_t>(FileFormat::doc) ||
                   format == static_cast<std::uint8_t>(FileFormat::ppt);
  if (!is_legacy) return reject("nothing to convert");
  piece.format = static_cast<FileFormat>(format);
  piece.is_last = taker.flag();
  piece.bytes = taker.text();
  if (!taker.is_exact()) return reject("malformed document to convert");
  return piece;
}

std::string_view shorten(std::string_view text) { return utf8_prefix(text, short_text_bytes_max); }

}  // namespace

std::string encode(const Started& started) {
  Encoder encoder(Kind::started);
  encoder.number8(static_cast<std::uint8_t>(started.format));
  return encoder.finish();
}

std::string encode(std::span<const Block> blocks) {
  Encoder encoder(Kind::blocks);
  encoder.number32(static_cast<std::uint32_t>(blocks.size()));
  for (const auto& block : blocks) {
    encoder.number8(static_cast<std::uint8_t>(block.kind));
    encoder.number8(static_cast<std::uint8_t>(std::clamp(block.level, 0, level_max)));
    encoder.integer(block.page);
    encoder.number8(static_cast<std::uint8_t>(std::clamp(block.header_rows, 0, header_rows_max)));
    encoder.number8(block.is_hidden ? 1 : 0);
    encoder.box(block.box);
    encoder.text(block.text);
    encoder.number32(static_cast<std::uint32_t>(block.links.size()));
    for (const auto& link : block.links) encoder.text(link);
  }
  return encoder.finish();
}

std::string encode(const Progress& progress) {
  Encoder encoder(Kind::progress);
  encoder.integer(progress.pages_read);
  encoder.integer(progress.pages);
  return encoder.finish();
}

std::string encode(const EmbeddedFile& file, std::string_view bytes, bool is_last) {
  Encoder encoder(Kind::file_piece);
  encoder.number8(static_cast<std::uint8_t>(file.kind));
  encoder.text(shorten(file.name));
  encoder.text(shorten(file.media_type));
  encoder.integer(file.page);
  encoder.box(file.box);
  encoder.integer(file.width);
  encoder.integer(file.height);
  encoder.number8(is_last ? 1 : 0);
  encoder.text(bytes.substr(0, file_piece_bytes_max));
  return encoder.finish();
}

std::string encode(FileFormat format, std::string_view bytes, bool is_last) {
  Encoder encoder(Kind::conversion);
  encoder.number8(static_cast<std::uint8_t>(format));
  encoder.number8(is_last ? 1 : 0);
  encoder.text(bytes.substr(0, file_piece_bytes_max));
  return encoder.finish();
}

std::string encode(const DocumentSummary& summary) {
  Encoder encoder(Kind::summary);
  encoder.number8(static_cast<std::uint8_t>(summary.format));
  encoder.text(shorten(summary.title));
  encoder.integer(summary.pages);
  encoder.integer(summary.pages_read);
  encoder.text(shorten(summary.partial_reason));
  encoder.text(summary.language);
  encoder.number32(static_cast<std::uint32_t>(summary.pages_without_text.size()));
  for (int page : summary.pages_without_text) encoder.integer(page);
  encoder.number8(summary.may_have_figures ? 1 : 0);
  return encoder.finish();
}

std::string encode(const Error& error) {
  // Readers' failures can be of other kinds (a part is `not_found`) and quote the document.
  auto code = static_cast<std::uint8_t>(error.code);
  auto message = clean_flowing_text(error.message);
  Encoder encoder(Kind::error);
  encoder.number8(is_failure_of_child(code) ? code : static_cast<std::uint8_t>(ErrorCode::invalid));
  encoder.text(is_blank(message) ? "The document cannot be read" : shorten(message));
  return encoder.finish();
}

Result<std::optional<Record>> RecordDecoder::next() {
  std::string_view rest = std::string_view(buffer_).substr(read_);
  if (rest.empty()) {
    buffer_.clear();
    read_ = 0;
    return std::nullopt;
  }
  if (is_finished_) return reject("more after the last record");
  if (rest.size() < header_bytes) return std::nullopt;
  std::size_t length = read_number32(rest);
  if (length > record_bytes_max) return reject("record too long");
  if (rest.size() < header_bytes + length) {
    buffer_.erase(0, read_);
    read_ = 0;
    return std::nullopt;
  }
  TRY(auto record, decode(static_cast<std::uint8_t>(rest[4]), rest.substr(header_bytes, length)));
  read_ += header_bytes + length;
  return record;
}

Result<Record> RecordDecoder::decode(std::uint8_t kind, std::string_view content) {
  bool is_start = kind == static_cast<std::uint8_t>(Kind::started);
  if (is_start == is_started_) return reject("records out of order");
  is_started_ = true;
  Taker taker(content);
  switch (static_cast<Kind>(kind)) {
    case Kind::started: return decode_started(taker);
    case Kind::blocks: {
      TRY(auto blocks, decode_blocks(taker));
      for (const auto& block : blocks) TRY_VOID(check(block));
      return blocks;
    }
    case Kind::progress: return decode_progress(taker);
    case Kind::file_piece: {
      TRY(auto piece, decode_file_piece(taker));
      TRY_VOID(check(piece));
      return piece;
    }
    case Kind::conversion: {
      TRY(auto piece, decode_conversion(taker));
      TRY_VOID(check(piece));
      return piece;
    }
    case Kind::summary: is_finished_ = true; return decode_summary(taker);
    case Kind::error: is_finished_ = true; return decode_error(taker);
  }
  return reject("unknown kind of record");
}

Result<void> RecordDecoder::check(const Block& block) {
  if (block.page < page_ || block.page > limits_.pages_max) return reject("pages out of order");
  page_ = block.page;
  bool is_heading = block.kind == BlockKind::heading;
  if (block.level > level_max || (is_heading && (block.level < 1 || block.level > 6)))
    return reject("level out of range");
  if (block.box && !is_sound(*block.box)) return reject("box out of range");
  if (block.text.empty() || block.text.size() > limits_.block_text_bytes_max)
    return reject("text too long or empty");
  text_bytes_ += block.text.size();
  if (text_bytes_ > limits_.text_bytes_max) return reject("too much text");
  if (!is_clean_text(block.text)) return reject("text is no clean UTF-8");
  if (block.header_rows > 0 && block.kind != BlockKind::table)
    return reject("header rows of what is no table");
  for (const auto& link : block.links)
    if (link.size() > link_bytes_max || !is_web_or_mail(link) || !is_clean_text(link))
      return reject("malformed link");
  return {};
}

Result<void> RecordDecoder::check(const FilePiece& piece) {
  const auto& file = piece.file;
  if (file.page < 1 || file.page > limits_.pages_max) return reject("page of a file out of range");
  if (file.width > image_side_max || file.height > image_side_max)
    return reject("size of an image out of range");
  if (file.box && !is_sound(*file.box)) return reject("box out of range");
  bool are_names_sound = file.name.size() <= short_text_bytes_max && is_clean_text(file.name) &&
                         file.media_type.size() <= short_text_bytes_max &&
                         is_clean_text(file.media_type);
  if (!are_names_sound) return reject("malformed name of a file");
  if (piece.bytes.size() > file_piece_bytes_max) return reject("piece of a file too long");
  file_bytes_ += piece.bytes.size();
  if (file_bytes_ > limits_.embedded_bytes_max) return reject("too much in embedded files");
  return {};
}

Result<void> RecordDecoder::check(const ConversionPiece& piece) {
  if (piece.bytes.size() > file_piece_bytes_max) return reject("piece of a document too long");
  conversion_bytes_ += piece.bytes.size();
  if (conversion_bytes_ > conversion_input_bytes_max)
    return reject("document too large to convert");
  if (!piece.is_last) return {};
  conversion_bytes_ = 0;
  if (++conversions_ > conversions_max) return reject("too many documents to convert");
  return {};
}

std::string encode(const WorkRequest& request) {
  std::string bytes;
  add_number32(bytes, request_mark);
  add_number32(bytes, request.cpu_seconds_max);
  const auto& wanted = request.wanted;
  bytes += static_cast<char>((wanted.wants_images ? 1 : 0) | (wanted.wants_documents ? 2 : 0) |
                             (request.can_convert ? 4 : 0));
  add_number32(bytes, static_cast<std::uint32_t>(wanted.picture_side));
  auto pages = std::min(wanted.pages_to_recognise.size(), pages_to_recognise_max);
  add_number32(bytes, static_cast<std::uint32_t>(pages));
  for (std::size_t i = 0; i < pages; ++i)
    add_number32(bytes, static_cast<std::uint32_t>(wanted.pages_to_recognise[i]));
  auto name = utf8_prefix(wanted.file_name, file_name_bytes_max);
  add_number32(bytes, static_cast<std::uint32_t>(name.size()));
  bytes += name;
  return bytes;
}

Result<WorkRequest> decode_request(std::string_view bytes) {
  Taker taker(bytes);
  auto mark = taker.number32();
  WorkRequest request;
  request.cpu_seconds_max = taker.number32();
  auto flags = taker.number8();
  request.wanted.wants_images = (flags & 1U) != 0;
  request.wanted.wants_documents = (flags & 2U) != 0;
  request.can_convert = (flags & 4U) != 0;
  request.wanted.picture_side = taker.integer();
  auto pages = std::min<std::size_t>(taker.number32(), pages_to_recognise_max);
  for (std::size_t i = 0; i < pages && !taker.is_short(); ++i)
    request.wanted.pages_to_recognise.push_back(taker.integer());
  request.wanted.file_name = taker.text();
  if (!taker.is_exact() || mark != request_mark || bytes.size() > request_bytes_max)
    return fail(ErrorCode::invalid, "The request to the document worker is malformed");
  return request;
}

namespace {

constexpr std::uint8_t is_converted = 0xFF;  // in place of the code of a failure
constexpr std::size_t reply_header_bytes = 6;

Result<std::string> read_exactly(int descriptor, std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t done = 0; done < count;) {
    auto part = ::read(descriptor, bytes.data() + done, count - done);
    if (part < 0 && errno == EINTR) continue;
    if (part <= 0) return fail(ErrorCode::unavailable, "The document could not be converted");
    done += static_cast<std::size_t>(part);
  }
  return bytes;
}

}  // namespace

std::string encode_reply(const Result<Converted>& converted) {
  auto code = converted ? is_converted : static_cast<std::uint8_t>(converted.error().code);
  std::string_view content =
      converted ? std::string_view(converted->bytes) : shorten(converted.error().message);
  std::string bytes;
  bytes += static_cast<char>(code);
  bytes += static_cast<char>(converted ? converted->format : FileFormat::unknown);
  add_number32(bytes, static_cast<std::uint32_t>(content.size()));
  return bytes += content;
}

Result<Converted> read_reply(int replies) {
  TRY(auto header, read_exactly(replies, reply_header_bytes));
  auto code = static_cast<std::uint8_t>(header[0]);
  auto length = read_number32(std::string_view(header).substr(2));
  if (length > conversion_output_bytes_max)
    return fail(ErrorCode::too_large, "What the converter made of the document is too large");
  TRY(auto content, read_exactly(replies, length));
  if (code == is_converted)
    return Converted{.format = static_cast<FileFormat>(header[1]), .bytes = std::move(content)};
  return fail(
      Error{.code = is_failure_of_child(code) ? static_cast<ErrorCode>(code) : ErrorCode::invalid,
            .message = std::move(content)});
}

}  // namespace aiva::documents
