#include "foundation/text/pattern.h"

#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <string>
#include <utility>

namespace aiva {
namespace {

constexpr std::size_t expression_bytes_max = 1000;
constexpr std::size_t text_bytes_max = 256 * 1024;
// In ICU's units, each some thousand steps of the matcher: about a millisecond.
constexpr std::int32_t time_max = 50;
constexpr std::int32_t stack_bytes_max = 1024 * 1024;

icu::UnicodeString to_utf16(std::string_view text) {
  return icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
}

}  // namespace

struct Pattern::Compiled {
  std::unique_ptr<icu::RegexPattern> pattern;
};

Result<Pattern> Pattern::compile(std::string_view expression) {
  if (expression.size() > expression_bytes_max)
    return fail(ErrorCode::invalid, "is longer than " + std::to_string(expression_bytes_max));
  UErrorCode status = U_ZERO_ERROR;
  UParseError where{};
  auto compiled = std::make_shared<Compiled>();
  compiled->pattern.reset(icu::RegexPattern::compile(
      to_utf16(expression), UREGEX_ERROR_ON_UNKNOWN_ESCAPES, where, status));
  if (U_FAILURE(status) || compiled->pattern == nullptr)
    return fail(ErrorCode::invalid, "is no regular expression, from character " +
                                        std::to_string(std::max(where.offset, 0)) + " on");
  return Pattern(std::move(compiled));
}

Result<bool> Pattern::occurs_in(std::string_view text) const {
  auto too_long = [] { return fail(ErrorCode::too_large, "The text takes too long to compare"); };
  if (text.size() > text_bytes_max) return too_long();
  auto wide = to_utf16(text);
  UErrorCode status = U_ZERO_ERROR;
  std::unique_ptr<icu::RegexMatcher> matcher(compiled_->pattern->matcher(wide, status));
  if (U_FAILURE(status) || matcher == nullptr) return too_long();
  matcher->setTimeLimit(time_max, status);
  matcher->setStackLimit(stack_bytes_max, status);
  bool is_found = matcher->find(status) != 0;
  if (U_FAILURE(status)) return too_long();
  return is_found;
}

}  // namespace aiva
