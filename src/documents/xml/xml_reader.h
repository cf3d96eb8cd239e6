#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::documents {

// XML of a document's part is not larger.
inline constexpr std::size_t xml_bytes_max = 64UL * 1024 * 1024;

// The bytes of an XML file (UTF-8, UTF-16 or the charset it declares) as UTF-8 without byte order
// mark; moved through where they are that already. Fails as decode_text does.
Result<std::string> decode_xml(std::string bytes);

enum class XmlEvent {
  start,  // of an element; its attributes can be asked for until the next event
  end,    // of an element, also of an empty one
  text,   // a stretch of character data, entities decoded; text may come in several stretches
  done,   // the end of the file; every element was closed
};

struct XmlOptions {
  // A document type without declarations of its own (<!DOCTYPE ncx PUBLIC …>) is passed over
  // instead of refused. Declarations in it are always refused.
  bool skips_doctype = false;
};

// Pulls events out of XML text in one pass and without building a tree. Never loads anything: a
// document type is refused, and only the five predefined and numeric entities are known. Names are
// given without their namespace prefix. After a failure, always `invalid`, the reader is of no more
// use. Usual reading is by descent:
//
//   XmlReader xml(text);
//   TRY_VOID(xml.for_each_child([&](std::string_view root) -> Result<void> {
//     return xml.for_each_child([&](std::string_view name) -> Result<void> {
//       if (name != "title") return {};  // what is not read is passed over
//       TRY(title, xml.read_text());
//       return {};
//     });
//   }));
class XmlReader {
 public:
  static constexpr int depth_max = 512;

  // `text` is borrowed: well-formed UTF-8, see decode_xml.
  explicit XmlReader(std::string_view text, const XmlOptions& options = {});

  Result<XmlEvent> next();

  // Of the element that just started or ended.
  [[nodiscard]] std::string_view name() const { return local_part(tag_); }
  [[nodiscard]] std::string_view prefix() const { return prefix_part(tag_); }
  // How many elements are open; one that just started is among them, one that just ended is not.
  [[nodiscard]] int depth() const { return static_cast<int>(open_.size()); }

  // The value of an attribute of the element that just started, by its name without a prefix; an
  // attribute written without one is preferred (`id` before `r:id`). Empty when there is none;
  // valid until the next event.
  [[nodiscard]] std::string_view attribute(std::string_view name) const;
  // The same, but only an attribute written with a prefix (`r:id`).
  [[nodiscard]] std::string_view prefixed_attribute(std::string_view name) const;
  [[nodiscard]] bool has_attribute(std::string_view name) const;

  // The character data of a text event; valid until the next event.
  [[nodiscard]] std::string_view text() const { return text_value_; }

  // Calls `read` with the name of each child element of the element that just started (at the
  // beginning: with the root). `read` may consume the child or parts of it; the rest is passed
  // over. Afterwards the element has ended.
  template <class Read>
  Result<void> for_each_child(Read&& read) {
    int depth_here = depth();
    for (;;) {
      TRY(auto event, next());
      if (event == XmlEvent::done || depth() < depth_here) return {};
      if (event != XmlEvent::start) continue;
      TRY_VOID(read(name()));
      TRY_VOID(close_to(depth_here));
    }
  }
  // All character data inside the element that just started; afterwards it has ended.
  Result<std::string> read_text();
  // Passes over the rest of the element that just started.
  Result<void> skip() { return close_to(depth() - 1); }
  // Passes over everything until only `depth` elements are open.
  Result<void> close_to(int depth);

 private:
  struct Attribute {
    std::string_view name;  // with its prefix
    std::string_view value;
  };

  static std::string_view local_part(std::string_view name);
  static std::string_view prefix_part(std::string_view name);

  Result<bool> pass_markup();
  Result<XmlEvent> read_start();
  Result<XmlEvent> read_end();
  Result<XmlEvent> finish() const;
  Result<void> read_attributes();
  Result<void> read_attribute();
  Result<void> pass_until(std::string_view closing);
  Result<void> pass_doctype();
  // Decodes entities; `memory` holds the result where there were any.
  Result<std::string_view> decode(std::string_view raw, std::string& memory) const;
  [[nodiscard]] const Attribute* find(std::string_view name, bool is_prefixed) const;
  void skip_blanks();
  [[nodiscard]] std::unexpected<Error> broken(std::string_view what) const;

  std::string_view xml_;
  XmlOptions options_;
  std::size_t at_ = 0;
  std::string_view tag_;
  std::string_view text_value_;
  std::vector<std::string_view> open_;
  std::vector<Attribute> attributes_;
  std::string text_memory_;               // of a text with entities
  std::deque<std::string> value_memory_;  // of attributes with entities
  bool must_end_ = false;                 // the element that just started is empty
  bool has_root_ = false;
};

}  // namespace aiva::documents
