#pragma once

#include <memory>
#include <string_view>

#include "foundation/result.h"

namespace aiva {

// A regular expression of somebody else (ICU's syntax, close to ECMA-262), looked for anywhere in
// texts. A match that backtracks too much is given up. Copies share what was compiled; a Pattern
// may be used on several threads at once.
class Pattern {
 public:
  // Fails with `invalid` and a sentence on what is wrong with it.
  static Result<Pattern> compile(std::string_view expression);
  // Whether it occurs in `text` (UTF-8). Fails with `too_large` when looking takes too long.
  [[nodiscard]] Result<bool> occurs_in(std::string_view text) const;

 private:
  struct Compiled;
  explicit Pattern(std::shared_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}

  // Shared by the copies.
  std::shared_ptr<const Compiled> compiled_;
};

}  // namespace aiva
