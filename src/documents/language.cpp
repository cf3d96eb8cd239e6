#include "documents/language.h"

#include <cld2/public/compact_lang_det.h>

#include <algorithm>
#include <array>

#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr int share_min = 40;  // percent of the text
constexpr std::size_t text_bytes_min = 20;

}  // namespace

std::string detect_language(std::string_view text) {
  text = utf8_prefix(text, language_sample_bytes);
  if (text.size() < text_bytes_min) return {};
  std::array<CLD2::Language, 3> languages{};
  std::array<int, 3> shares{};
  int bytes_judged = 0;
  bool is_reliable = false;
  CLD2::DetectLanguageSummary(text.data(), static_cast<int>(text.size()), true, languages.data(),
                              shares.data(), &bytes_judged, &is_reliable);
  bool is_known = languages[0] != CLD2::UNKNOWN_LANGUAGE && is_reliable && shares[0] >= share_min;
  if (!is_known) return {};
  std::string code = CLD2::LanguageCode(languages[0]);
  code.erase(std::min(code.find('-'), code.size()));  // scripts and countries
  if (code == "iw") return "he";                      // the code of before 1989
  bool is_code = code.size() >= 2 && code.size() <= 3 &&
                 std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
  return is_code ? code : std::string();
}

}  // namespace aiva::documents
