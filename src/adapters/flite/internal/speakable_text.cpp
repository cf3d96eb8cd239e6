#include "adapters/flite/internal/speakable_text.h"

#include <unicode/normalizer2.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace aiva {
namespace {

// Longer ones overflow nothing, but are read as numbers digit by digit without a breath.
constexpr std::size_t run_max = 40;

// What NFKD does not take apart.
constexpr std::array<std::pair<char32_t, std::string_view>, 37> words{{
    {U'\u2018', "'"},         {U'\u2019', "'"},
    {U'\u201A', "'"},         {U'\u201B', "'"},
    {U'\u2032', "'"},         {U'\u201C', "\""},
    {U'\u201D', "\""},        {U'\u201E', "\""},
    {U'\u00AB', "\""},        {U'\u00BB', "\""},
    {U'\u2010', "-"},         {U'\u2011', "-"},
    {U'\u2012', "-"},         {U'\u2013', ", "},
    {U'\u2014', ", "},        {U'\u2212', " minus "},
    {U'\u2022', ", "},        {U'\u00B7', ", "},
    {U'\u20AC', " euros "},   {U'\u00A3', " pounds "},
    {U'\u00A5', " yen "},     {U'\u00A2', " cents "},
    {U'\u00B0', " degrees "}, {U'\u00D7', " times "},
    {U'\u00F7', " by "},      {U'\u00B1', " plus or minus "},
    {U'\u2044', "/"},         {U'\u00A7', " section "},
    {U'\u00DF', "ss"},        {U'\u00E6', "ae"},
    {U'\u00C6', "Ae"},        {U'\u00F8', "o"},
    {U'\u00D8', "O"},         {U'\u0142', "l"},
    {U'\u0141', "L"},         {U'\u0131', "i"},
    {U'\u00AE', " "},
}};

void append_sign(char32_t sign, std::string& out) {
  if (sign == U'\n' || (sign >= U' ' && sign < 0x7F)) {
    out += static_cast<char>(sign);
    return;
  }
  const auto* word = std::ranges::find(words, sign, &decltype(words)::value_type::first);
  if (word != words.end())
    out += word->second;
  else if (u_charType(static_cast<UChar32>(sign)) != U_NON_SPACING_MARK)
    out += ' ';
}

std::string cut_runs(const std::string& text) {
  std::string out;
  std::size_t run = 0;
  for (char each : text) {
    run = std::isspace(static_cast<unsigned char>(each)) != 0 ? 0 : run + 1;
    if (run > run_max) {
      out += ' ';
      run = 1;
    }
    out += each;
  }
  return out;
}

}  // namespace

std::string make_speakable(std::string_view text) {
  UErrorCode error = U_ZERO_ERROR;
  const auto* normalizer = icu::Normalizer2::getNFKDInstance(error);
  auto wide = icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  if (U_SUCCESS(error)) wide = normalizer->normalize(wide, error);
  std::string out;
  for (int32_t i = 0; i < wide.length(); i = wide.moveIndex32(i, 1))
    append_sign(static_cast<char32_t>(wide.char32At(i)), out);
  return cut_runs(out);
}

}  // namespace aiva
