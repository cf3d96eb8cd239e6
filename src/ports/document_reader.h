#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

enum class BlockKind { heading, paragraph, list_item, table, code, quote, footnote, image };
inline constexpr BlockKind last_block_kind = BlockKind::image;

// A rectangle on a page in points, origin at the top left.
struct Box {
  float left = 0;
  float top = 0;
  float right = 0;
  float bottom = 0;
};

// One piece of a document in reading order. Text is well-formed UTF-8 without control characters
// other than newline and tab. A table has a row a line and " | " between cells; a bar within a cell
// is written "\|". The text of an image is its caption or what it is said to show.
struct Block {
  BlockKind kind = BlockKind::paragraph;
  int level = 0;           // heading 1…6, list depth from 1
  int page = 1;            // page, slide or sheet, from 1; formats without any have one
  int header_rows = 0;     // of a table: how many of its first lines name the columns
  bool is_hidden = false;  // on a sheet or slide that is not shown
  std::string text;
  std::optional<Box> box{};
  std::vector<std::string> links{};  // http, https and mailto targets the text points to
};

// The kinds of file AIVA reads, found from content, never from the name.
enum class FileFormat {
  unknown,
  pdf,
  text,
  markdown,
  html,
  docx,
  pptx,
  xlsx,
  odt,
  ods,
  odp,
  epub,
  csv,
  tsv,
  json,
  jsonl,
  rtf,
  eml,
  mbox,
  image,
  doc,
  xls,
  ppt,
  zip,
};
inline constexpr FileFormat last_file_format = FileFormat::zip;

std::string_view to_string(FileFormat format);
// The media type for a format ("application/pdf").
std::string_view media_type(FileFormat format);

struct DocumentSummary {
  FileFormat format = FileFormat::unknown;
  std::string title{};
  int pages = 0;
  int pages_read = 0;            // fewer than `pages`: the document is partial
  std::string partial_reason{};  // why, when it is
  std::string language{};        // ISO 639-1 of most of the text; empty when it cannot be told
  // Pages whose text is missing or broken although something is printed on them: worth recognising.
  std::vector<int> pages_without_text{};
  bool may_have_figures = true;  // false: reading it for its images finds none
};

// A file found inside a document: a figure, or a document of its own in an archive.
struct EmbeddedFile {
  enum class Kind { image, document };
  Kind kind = Kind::image;
  std::string name{};  // as the archive calls it, with "/" between folders; images may have none
  std::string media_type{};  // of an image: image/png, image/jpeg, …
  int page = 1;              // the page of the document it is on
  std::optional<Box> box{};
  int width = 0;  // of an image, in pixels
  int height = 0;
};

// What is wanted of a document.
struct ReadRequest {
  std::string file_name{};    // helps to tell text formats apart (.md, .html, .csv), nothing else
  bool wants_images = false;  // deliver figures to the sink's `file`
  bool wants_documents = false;  // of an archive: deliver the documents in it to the sink's `file`
  // Not empty: recognise the print on these pages, ascending and at most 256, and deliver their
  // blocks only; the summary and the progress then count these pages.
  std::vector<int> pages_to_recognise{};
  // Not 0: of an image file deliver to the sink's `file` its picture with this shorter side and a
  // thumbnail, and of `pages_to_recognise` what print there is. For ports/picture_reader.h only.
  int picture_side = 0;
};

// Receives blocks page by page; a failure stops the reading.
struct DocumentSink {
  std::function<Result<void>(std::vector<Block>)> blocks;
  std::function<Result<void>(int pages_read, int pages)> progress{};
  // Embedded files, one after the other, each in pieces; the last piece is marked and may be empty.
  // A file without a last piece is not whole and does not count.
  std::function<Result<void>(const EmbeddedFile& file, std::string_view bytes, bool is_last)>
      file{};
};

// Turns a file into blocks in a process that can harm nothing. Failures: `invalid` (not a readable
// document: damaged, encrypted, unknown type; the message says which), `too_large` (a limit),
// `timeout`, `cancelled`, `unavailable` (the reader process cannot be had, or recognition is asked
// for and not installed).
class DocumentReader {
 public:
  virtual ~DocumentReader() = default;
  // `sink` is called on one thread of the reader's, one call at a time.
  virtual Task<Result<DocumentSummary>> read(CallContext context, std::filesystem::path file,
                                             ReadRequest request, DocumentSink sink) = 0;
};

}  // namespace aiva
