#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "documents/conversion.h"
#include "ports/document_reader.h"

namespace aiva::documents {

// How much of one document is read at most.
struct ReadLimits {
  std::size_t file_bytes_max = 256 * 1024 * 1024;
  int pages_max = 20000;
  std::size_t text_bytes_max = 64 * 1024 * 1024;
  std::size_t page_text_bytes_max = 2 * 1024 * 1024;
  std::size_t block_text_bytes_max = 64 * 1024;  // longer blocks are delivered in pieces
  std::size_t embedded_files_max = 2000;         // figures
  std::size_t embedded_documents_max = 10'000;   // documents in an archive or a mail
  std::size_t embedded_bytes_max = 1024UL * 1024 * 1024;
};

class Format;

// The formats a document inside another one may have, how many documents that one is inside of, and
// who converts documents of Office 97 to 2003; all borrowed.
struct InnerReading {
  std::span<const std::unique_ptr<Format>> formats{};
  int depth = 0;
  const Convert* convert = nullptr;  // null: nobody
};

// Where a format puts its blocks: cleans their text, cuts long ones between words, keeps the text
// within the limit and hands blocks to the sink in batches.
class BlockOutput {
 public:
  // `sink` and `request` are borrowed.
  BlockOutput(const DocumentSink& sink, const ReadRequest& request, const ReadLimits& limits,
              InnerReading inner = {})
      : sink_(sink), request_(request), limits_(limits), inner_(inner) {}

  // Adds one block; one without visible text is dropped. Fails with `too_large` at the limit of the
  // document, or with the sink's failure.
  Result<void> add(Block block);
  // Delivers a file found inside the document, after the blocks before it, unless the kind is not
  // wanted. Fails with `too_large` at the limits, or with the sink's failure.
  Result<void> add_file(const EmbeddedFile& file, std::string_view bytes);
  // Whether files of this kind are wanted, so that it is worth decoding one.
  [[nodiscard]] bool wants(EmbeddedFile::Kind kind) const;
  // What was asked for.
  [[nodiscard]] const ReadRequest& request() const { return request_; }
  // Hands over what is waiting and reports the progress.
  Result<void> end_page(int pages_read, int pages);
  // Hands over what is waiting.
  Result<void> flush();

  [[nodiscard]] const ReadLimits& limits() const { return limits_; }
  [[nodiscard]] int pages() const { return pages_; }
  [[nodiscard]] int pages_read() const { return pages_read_; }
  [[nodiscard]] std::size_t blocks_added() const { return blocks_added_; }
  // Whether the sink refused to go on; its failure is the reading's.
  [[nodiscard]] bool has_sink_failed() const { return has_sink_failed_; }
  // Whether nothing more can be put out: the sink refused or a limit of the document is reached.
  [[nodiscard]] bool is_closed() const { return has_sink_failed_ || is_full_; }
  // How documents inside this one are read; see read_inner_document.
  [[nodiscard]] const InnerReading& inner() const { return inner_; }
  // The beginning of the text, enough to tell its language.
  [[nodiscard]] const std::string& sample() const { return sample_; }
  // The first heading, or an empty text.
  [[nodiscard]] const std::string& first_heading() const { return first_heading_; }

 private:
  Result<void> add_piece(Block piece);

  const DocumentSink& sink_;
  const ReadRequest& request_;
  ReadLimits limits_;
  InnerReading inner_;
  std::vector<Block> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t text_bytes_ = 0;
  std::size_t blocks_added_ = 0;
  std::size_t files_added_ = 0;
  std::size_t file_bytes_ = 0;
  int pages_ = 0;
  int pages_read_ = 0;
  bool has_sink_failed_ = false;
  bool is_full_ = false;
  std::string first_heading_;
  std::string sample_;
};

}  // namespace aiva::documents
