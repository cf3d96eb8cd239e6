#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "capabilities/voice/types.h"
#include "foundation/error.h"
#include "foundation/result.h"

namespace aiva::voice {

// Remembers what is wrong with the fields of an input, so that all of it is told at once.
class FieldChecks {
 public:
  // UTF-8 of at most so many bytes; without control characters, save line breaks in `prose`.
  void line(std::string_view field, std::string_view text, std::size_t bytes_max);
  void prose(std::string_view field, std::string_view text, std::size_t bytes_max);
  // One of these words.
  void word(std::string_view field, std::string_view text,
            std::initializer_list<std::string_view> words);
  void range(std::string_view field, std::int64_t value, std::int64_t min, std::int64_t max);
  // JSON text of an object.
  void object(std::string_view field, std::string_view text, std::size_t bytes_max);
  void add(std::string_view field, std::string message);

  // Success, or every mistake in one `invalid` error.
  Result<void> finish();

 private:
  std::vector<FieldError> errors_;
};

// Checks every text and number of these; they fail with `invalid`.
Result<void> check(const NewCall& call);
Result<void> check(const TranscriptLine& line);

}  // namespace aiva::voice
