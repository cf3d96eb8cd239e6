#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "foundation/result.h"
#include "ports/document_reader.h"

namespace aiva::documents {

// What a converter made of a document of Office 97 to 2003: docx, pptx, or its text in UTF-8. As
// hostile as the document was.
struct Converted {
  FileFormat format = FileFormat::unknown;
  std::string bytes{};
};

// Has a document (doc or ppt) converted by another program. Fails with `invalid`, `too_large`,
// `timeout` or `unavailable` and a message for the user.
using Convert = std::function<Result<Converted>(FileFormat format, std::string_view bytes)>;

inline constexpr std::size_t conversion_input_bytes_max = 128UL * 1024 * 1024;
inline constexpr std::size_t conversion_output_bytes_max = 64UL * 1024 * 1024;

// How catdoc is told to mark the ends of cells and of rows, so that tables can be told from text.
inline constexpr char catdoc_cell_end = '\x1C';
inline constexpr char catdoc_row_end = '\x1E';

// How `aiva-docworker --convert` ends: its exit codes.
enum class ConversionEnd {
  converted = 0,
  not_called_so = 2,     // wrong arguments
  not_confined = 10,     // the system does not permit to confine the converter
  not_started = 11,      // its program cannot be executed
  timed_out = 12,        // of wall clock or computing time
  crashed = 13,          // ended by a signal
  failed = 14,           // ended with an exit code other than 0
  nothing_came = 15,     // there is no result, or an empty one
  too_large = 16,        // the document or the result
  called_off = 17,       // the server let its leash go
  not_transferred = 18,  // the document could not be read, or the result not be sent
};

}  // namespace aiva::documents
