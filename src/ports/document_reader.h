#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "foundation/call_context.h"
#include "foundation/result.h"
#include "foundation/task.h"

namespace aiva {

enum class BlockKind { heading, paragraph, list_item, table, code, quote };

// A rectangle on a page in points, origin at the top left.
struct Box {
  float left = 0;
  float top = 0;
  float right = 0;
  float bottom = 0;
};

// One piece of a document in reading order. Text is well-formed UTF-8 without control characters
// other than newline and tab.
struct Block {
  BlockKind kind = BlockKind::paragraph;
  int level = 0;  // heading 1…6, list depth from 1
  int page = 1;   // from 1; formats without pages have one
  std::string text;
  std::optional<Box> box{};
};

// The kinds of file AIVA reads, found from content, never from the name.
enum class FileFormat { unknown, pdf, text, markdown, html };

std::string_view to_string(FileFormat format);
// The media type for a format ("application/pdf").
std::string_view media_type(FileFormat format);

struct DocumentSummary {
  FileFormat format = FileFormat::unknown;
  std::string title{};
  int pages = 0;
  int pages_read = 0;            // fewer than `pages`: the document is partial
  std::string partial_reason{};  // why, when it is
};

// Receives blocks page by page; a failure stops the reading.
struct DocumentSink {
  std::function<Result<void>(std::vector<Block>)> blocks;
  std::function<Result<void>(int pages_read, int pages)> progress;
};

// Turns a file into blocks in a process that can harm nothing. Failures: `invalid` (not a readable
// document: damaged, encrypted, unknown type; the message says which), `too_large` (a limit),
// `timeout`, `cancelled`, `unavailable` (the reader process cannot be had).
class DocumentReader {
 public:
  virtual ~DocumentReader() = default;
  // `file_name` helps to tell text formats apart (.md, .html), nothing else. `sink` is called on
  // one thread of the reader's, one call at a time.
  virtual Task<Result<DocumentSummary>> read(CallContext context, std::filesystem::path file,
                                             std::string file_name, DocumentSink sink) = 0;
};

}  // namespace aiva
