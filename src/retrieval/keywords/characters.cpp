#include "retrieval/keywords/characters.h"

#include <unicode/bytestream.h>
#include <unicode/normalizer2.h>
#include <unicode/stringpiece.h>
#include <unicode/uchar.h>

#include <algorithm>
#include <array>

#include "foundation/result.h"
#include "foundation/text/utf8.h"

namespace aiva::retrieval {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Thai, Lao, Burmese, Khmer, Chinese, Japanese and Korean; sorted.
constexpr auto dense_ranges = std::to_array<Range>(
    {{0x0E01, 0x0EFF}, {0x1000, 0x109F}, {0x1100, 0x11FF}, {0x1780, 0x17FF}, {0x2E80, 0x2FDF},
     {0x3005, 0x3007}, {0x3021, 0x3029}, {0x3031, 0x3035}, {0x3038, 0x303B}, {0x3040, 0x30FF},
     {0x3100, 0x312F}, {0x3130, 0x318F}, {0x31A0, 0x31BF}, {0x31F0, 0x31FF}, {0x3400, 0x4DBF},
     {0x4E00, 0x9FFF}, {0xA960, 0xA97F}, {0xAC00, 0xD7FF}, {0xF900, 0xFAFF}, {0x20000, 0x3FFFF}});

bool is_dense(char32_t c) {
  if (c < dense_ranges.front().first) return false;
  auto range = std::ranges::lower_bound(dense_ranges, c, {}, &Range::last);
  return range != dense_ranges.end() && c >= range->first;
}

CharacterClass class_of(char32_t c) {
  auto category = U_MASK(u_charType(static_cast<UChar32>(c)));
  if ((category & (U_GC_M_MASK | U_GC_CF_MASK)) != 0) return CharacterClass::mark;
  if ((category & U_GC_ND_MASK) != 0) return CharacterClass::digit;
  if ((category & (U_GC_L_MASK | U_GC_N_MASK | U_GC_CO_MASK)) == 0)
    return CharacterClass::separator;
  return is_dense(c) ? CharacterClass::dense : CharacterClass::letter;
}

constexpr std::string_view ascii_joiners = "-/._@:+#&',\\";

std::array<CharacterClass, 128> make_ascii_classes() {
  std::array<CharacterClass, 128> classes{};
  for (char32_t c = 0; c < classes.size(); ++c) {
    bool is_joiner = ascii_joiners.find(static_cast<char>(c)) != std::string_view::npos;
    classes[c] = is_joiner ? CharacterClass::joiner : class_of(c);
    if (c < ' ' || c == 0x7F) classes[c] = CharacterClass::separator;
  }
  return classes;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

void append_lower_ascii(std::string_view text, std::string& out) {
  out.resize(text.size());
  std::ranges::transform(text, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  });
}

void normalise(const icu::Normalizer2& form, std::string_view text, std::string& out) {
  UErrorCode status = U_ZERO_ERROR;
  icu::StringByteSink<std::string> sink(&out, static_cast<std::int32_t>(text.size()));
  form.normalizeUTF8(0, icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())), sink,
                     nullptr, status);
  AIVA_ASSERT(U_SUCCESS(status));
}

const icu::Normalizer2& instance_of(const icu::Normalizer2* (*get)(UErrorCode&)) {
  UErrorCode status = U_ZERO_ERROR;
  const auto* form = get(status);
  AIVA_ASSERT(U_SUCCESS(status));
  return *form;
}

const icu::Normalizer2* get_nfkc_casefold(UErrorCode& status) {
  return icu::Normalizer2::getNFKCCasefoldInstance(status);
}
const icu::Normalizer2* get_nfd(UErrorCode& status) {
  return icu::Normalizer2::getNFDInstance(status);
}
const icu::Normalizer2* get_nfc(UErrorCode& status) {
  return icu::Normalizer2::getNFCInstance(status);
}

// Whether readers see no letter in it: vowel points of Arabic and Hebrew, the line that stretches
// an Arabic word.
bool is_point(char32_t c) {
  return (c >= 0x0591 && c <= 0x05C7 && c != 0x05BE && c != 0x05C0 && c != 0x05C3 && c != 0x05C6) ||
         c == 0x0640 || (c >= 0x064B && c <= 0x065F) || c == 0x0670;
}

// One form for characters that are typed alike, or on one keyboard only.
char32_t unify(char32_t c) {
  switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x02BC: return '\'';
    case 0x2010:
    case 0x2011:
    case 0x2013: return '-';
    case 0x06CC:                 // Farsi yeh
    case 0x0649: return 0x064A;  // alef maksura
    case 0x06A9: return 0x0643;  // keheh
    case 0x06C1:                 // heh goal
    case 0x06D5: return 0x0647;  // ae
    default: break;
  }
  if (c < 0x0660) return c;
  auto digit = u_charDigitValue(static_cast<UChar32>(c));
  return digit >= 0 ? U'0' + static_cast<char32_t>(digit) : c;
}

// Whether `mark` after `base` is a diacritic that may be left out.
bool is_diacritic(char32_t base, char32_t mark) {
  if (mark < 0x0300 || mark > 0x036F) return false;
  if (base == 0x0435) return mark == 0x0308;
  return base < 0x0400 || (base >= 0x1E00 && base < 0x2000);
}

std::string_view without_stroke(char32_t c) {
  switch (c) {
    case 0x00E6: return "ae";
    case 0x0153: return "oe";
    case 0x00F8: return "o";
    case 0x0111:
    case 0x00F0: return "d";
    case 0x0142: return "l";
    case 0x0131: return "i";
    case 0x00FE: return "th";
    default: return {};
  }
}

}  // namespace

CharacterClass character_class(char32_t code_point) {
  static const auto ascii_classes = make_ascii_classes();
  return code_point < 128 ? ascii_classes[code_point] : class_of(code_point);
}

void normalise_text(std::string_view text, std::string& out) {
  out.clear();
  if (is_ascii(text)) return append_lower_ascii(text, out);
  std::string folded;
  normalise(instance_of(get_nfkc_casefold),
            is_valid_utf8(text) ? text : std::string_view(repair_utf8(text)), folded);
  out.reserve(folded.size());
  for (std::size_t at = 0; at < folded.size();) {
    auto c = next_code_point(folded, at);
    if (c < 128)
      out.push_back(static_cast<char>(c));
    else if (!is_point(c))
      append_utf8(out, unify(c));
  }
}

std::string without_diacritics(std::string_view word) {
  if (is_ascii(word)) return std::string(word);
  std::string apart;
  normalise(instance_of(get_nfd), word, apart);
  std::string bare;
  char32_t base = 0;
  for (std::size_t at = 0; at < apart.size();) {
    auto c = next_code_point(apart, at);
    if (is_diacritic(base, c)) continue;
    if (c < 0x0300 || c > 0x036F) base = c;
    auto plain = without_stroke(c);
    plain.empty() ? append_utf8(bare, c) : void(bare.append(plain));
  }
  std::string whole;
  normalise(instance_of(get_nfc), bare, whole);
  return whole;
}

}  // namespace aiva::retrieval
