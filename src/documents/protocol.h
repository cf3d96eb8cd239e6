#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "documents/block_output.h"
#include "documents/conversion.h"
#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::documents {

// What the worker's child sends through its pipe, in this order: Started, any number of Blocks,
// FilePieces, ConversionPieces and Progress, and at the end one DocumentSummary or one Error. A
// record is its length (4 bytes), its kind (1 byte) and its content; numbers are little endian,
// texts have their length before them.
struct Started {
  FileFormat format = FileFormat::unknown;
};
struct Progress {
  int pages_read = 0;
  int pages = 0;
};
// The next bytes of a file found inside the document.
struct FilePiece {
  EmbeddedFile file{};
  std::string bytes{};
  bool is_last = false;
};
inline constexpr std::size_t file_piece_bytes_max = 256 * 1024;
// The next bytes of a document of Office 97 to 2003 (doc or ppt) that the child wants converted.
// After the last piece it waits for the reply.
struct ConversionPiece {
  FileFormat format = FileFormat::doc;
  std::string bytes{};
  bool is_last = false;
};
inline constexpr int conversions_max = 20;  // for one document and those inside of it
using Record = std::variant<Started, std::vector<Block>, Progress, FilePiece, ConversionPiece,
                            DocumentSummary, Error>;

// The bytes of a record.
std::string encode(const Started& started);
std::string encode(std::span<const Block> blocks);
std::string encode(const Progress& progress);
// At most `file_piece_bytes_max` of `bytes` may be given.
std::string encode(const EmbeddedFile& file, std::string_view bytes, bool is_last);
// The same of `bytes`.
std::string encode(FileFormat format, std::string_view bytes, bool is_last);
std::string encode(const DocumentSummary& summary);
// Only the code and the message travel.
std::string encode(const Error& error);

// Turns bytes from the pipe into records. The sender has read a hostile document, so nothing it
// sends is believed: lengths, counts, ranges, UTF-8, the order of records and of pages, and the
// limits on text are checked.
class RecordDecoder {
 public:
  explicit RecordDecoder(const ReadLimits& limits = {}) : limits_(limits) {}

  // Takes the next bytes that arrived.
  void feed(std::string_view bytes) { buffer_ += bytes; }
  // The next whole record, nothing when more bytes are needed, `invalid` when the bytes are wrong;
  // after that the decoder is of no more use.
  Result<std::optional<Record>> next();
  // Whether the last record has come.
  [[nodiscard]] bool is_finished() const { return is_finished_; }

 private:
  Result<Record> decode(std::uint8_t kind, std::string_view content);
  Result<void> check(const Block& block);
  Result<void> check(const FilePiece& piece);
  Result<void> check(const ConversionPiece& piece);

  ReadLimits limits_;
  std::string buffer_;
  std::size_t read_ = 0;  // bytes of the buffer that are decoded
  std::size_t text_bytes_ = 0;
  std::size_t file_bytes_ = 0;        // of all embedded files
  std::size_t conversion_bytes_ = 0;  // of the document that is being sent to be converted
  int conversions_ = 0;
  int page_ = 1;
  bool is_started_ = false;
  bool is_finished_ = false;
};

// What the server asks the worker for; four descriptors come with it, see DescriptorSlot.
struct WorkRequest {
  ReadRequest wanted{};
  std::uint32_t cpu_seconds_max = 10;
  bool can_convert = false;  // ConversionPieces are answered
};
inline constexpr std::size_t request_bytes_max = 4096;
inline constexpr std::size_t pages_to_recognise_max = 256;  // in one request
std::string encode(const WorkRequest& request);
Result<WorkRequest> decode_request(std::string_view bytes);

// The descriptors of a request, in this order: the document (read only), the pipe for the records,
// and the leash: when the server closes its end the child is ended; the child's wait status (4
// bytes) comes through it when the child has ended.
enum DescriptorSlot : std::size_t {
  document_slot,
  results_slot,
  leash_slot,
  replies_slot,  // the child reads here what was converted for it
  descriptor_count
};

// The answer to the last piece of a document to convert.
std::string encode_reply(const Result<Converted>& converted);
// Waits for an answer. Fails as the conversion did, with `unavailable` when the server is gone.
Result<Converted> read_reply(int replies);

}  // namespace aiva::documents
