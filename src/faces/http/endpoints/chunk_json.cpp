#include "faces/http/endpoints/chunk_json.h"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace aiva::http {
namespace {

// Says where each byte offset into a text is among its characters; offsets must not go back.
class CharacterCount {
 public:
  explicit CharacterCount(std::string_view text) : text_(text) {}

  std::int64_t at(std::size_t byte) {
    for (; byte_ < byte && byte_ < text_.size(); ++byte_)
      if ((static_cast<unsigned char>(text_[byte_]) & 0xC0U) != 0x80U) ++characters_;
    return characters_;
  }

 private:
  std::string_view text_;
  std::size_t byte_ = 0;
  std::int64_t characters_ = 0;
};

void write_spans(JsonWriter& writer, const knowledge::Chunk& chunk) {
  CharacterCount count(chunk.text);
  writer.key("spans").begin_array();
  for (const auto& span : chunk.spans) {
    writer.begin_object().field("page", span.page);
    writer.field("begin", count.at(span.begin)).field("end", count.at(span.end));
    if (span.box)
      writer.key("box")
          .begin_object()
          .field("left", span.box->left)
          .field("top", span.box->top)
          .field("right", span.box->right)
          .field("bottom", span.box->bottom)
          .end_object();
    else
      writer.null_field("box");
    writer.end_object();
  }
  writer.end_array();
}

}  // namespace

void write_chunk_fields(JsonWriter& writer, const knowledge::Chunk& chunk) {
  writer.field("index", chunk.index)
      .field("type", chunk.type)
      .field("text", chunk.text)
      .field("heading_path", chunk.heading_path)
      .field("page_first", chunk.page_first)
      .field("page_last", chunk.page_last)
      .field("token_count", chunk.token_count);
  write_spans(writer, chunk);
}

}  // namespace aiva::http
