#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace aiva {

// Reads the members of a flat JSON object one after the other, in place: texts without escapes and
// whole numbers. For messages that come many times a second and hardly hold more than one text;
// what it does not read has to be parsed properly. Whether texts are UTF-8 it does not look at.
//
//   FlatObject object(text);
//   if (!object.begin()) …
//   do {
//     auto member = object.next();
//     if (!member) …
//   } while (object.has_more());
//   if (!object.end()) …
class FlatObject {
 public:
  struct Member {
    std::string_view name;
    std::string_view value;  // of a text without its quotation marks
    bool is_text = false;
  };

  explicit FlatObject(std::string_view text) : text_(text) {}

  bool begin() { return take('{'); }
  std::optional<Member> next();
  bool has_more() { return take(','); }
  // Whether the object and the text are over.
  bool end();

 private:
  void skip_space();
  char peek();
  bool take(char c);
  std::optional<std::string_view> text();
  std::optional<std::string_view> number();

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace aiva
