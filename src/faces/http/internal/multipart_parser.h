#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "foundation/result.h"

namespace aiva::http {

// What the headers of a part say.
struct PartHead {
  std::string name;
  std::string filename;  // as sent; sanitise before use
  bool is_file = false;  // a filename was given, even an empty one
  std::string media_type;
};

struct MultipartLimits {
  std::size_t parts_max = 20;
  std::size_t head_bytes_max = 8 * 1024;
};

// Takes a multipart/form-data body (RFC 7578, RFC 2046 §5.1) apart without copying it: the caller
// offers a window of input, the parser cuts events off its front. Constant memory.
class MultipartParser {
 public:
  // `boundary` is the parameter of the Content-Type, 1…70 characters.
  MultipartParser(std::string_view boundary, MultipartLimits limits);

  enum class Event : std::uint8_t {
    need_input,  // keep what is left of the window, append more input behind it
    part,        // part() describes the part that begins
    data,        // data() is its next piece; a view into the window
    part_end,
    end,  // the whole form was read; anything behind it is to be ignored
  };
  // The next event. Fails with `invalid` on malformed input and `too_large` beyond a limit.
  Result<Event> next(std::string_view& window);
  [[nodiscard]] const PartHead& part() const { return part_; }
  [[nodiscard]] std::string_view data() const { return data_; }

 private:
  enum class Stage : std::uint8_t { preamble, after_delimiter, head, content, end };

  Result<Event> read_preamble(std::string_view& window);
  Result<Event> read_after_delimiter(std::string_view& window);
  Result<Event> read_head(std::string_view& window);
  Result<Event> read_content(std::string_view& window);

  std::string delimiter_;  // CRLF--boundary
  MultipartLimits limits_;
  Stage stage_ = Stage::preamble;
  PartHead part_;
  std::string_view data_;
  std::size_t parts_ = 0;
  std::size_t preamble_bytes_ = 0;
};

}  // namespace aiva::http
