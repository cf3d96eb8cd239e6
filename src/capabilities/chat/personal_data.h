#pragma once

#include <map>
#include <string>
#include <string_view>

namespace aiva::chat {

// Replaces e-mail addresses, phone numbers and card numbers by names like {{email_1}}, so that a
// model's provider does not see them; the same value has the same name throughout a turn.
class PersonalMask {
 public:
  std::string mask(std::string_view text);
  // The text with every name that mask() gave replaced by its value.
  [[nodiscard]] std::string unmask(std::string_view text) const;
  // What `name` (with its braces) stands for; null when mask() never gave it.
  [[nodiscard]] const std::string* value_of(std::string_view name) const;
  [[nodiscard]] bool is_empty() const { return values_.empty(); }

 private:
  std::string name_of(std::string_view kind, std::string_view value);

  std::map<std::string, std::string, std::less<>> names_;   // by value
  std::map<std::string, std::string, std::less<>> values_;  // by name
  std::map<std::string, int, std::less<>> counts_;          // by kind
};

// Puts the values back into an answer while it streams. The mask is borrowed.
class UnmaskFilter {
 public:
  explicit UnmaskFilter(const PersonalMask& mask) : mask_(mask) {}
  std::string push(std::string_view piece);
  std::string finish();

 private:
  const PersonalMask& mask_;
  std::string held_;  // "{" and what follows
};

}  // namespace aiva::chat
