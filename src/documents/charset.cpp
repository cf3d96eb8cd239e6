#include "documents/charset.h"

#include <unicode/ucnv.h>
#include <unicode/ucsdet.h>

#include <algorithm>
#include <array>
#include <memory>

#include "documents/clean_text.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

constexpr std::size_t sample_bytes = 64 * 1024;

struct Mark {
  std::string_view bytes;
  const char* charset;
};
// UTF-32 little endian begins like UTF-16 little endian and so stands first.
constexpr std::array marks = {Mark{{"\xFF\xFE\x00\x00", 4}, "UTF-32LE"},
                              Mark{{"\x00\x00\xFE\xFF", 4}, "UTF-32BE"},
                              Mark{{"\xFF\xFE", 2}, "UTF-16LE"}, Mark{{"\xFE\xFF", 2}, "UTF-16BE"},
                              Mark{{"\xEF\xBB\xBF", 3}, "UTF-8"}};

const Mark* find_mark(std::string_view bytes) {
  auto found =
      std::ranges::find_if(marks, [&](const Mark& m) { return bytes.starts_with(m.bytes); });
  return found == marks.end() ? nullptr : &*found;
}

// UTF-16 without a mark: text of Latin letters has a zero in nearly every other byte.
const char* find_unmarked_utf16(std::string_view bytes) {
  auto sample = bytes.substr(0, sample_bytes);
  if (sample.size() < 4) return nullptr;
  std::array<std::size_t, 2> zeros{};
  for (std::size_t i = 0; i < sample.size(); ++i) zeros[i % 2] += sample[i] == '\0' ? 1 : 0;
  std::size_t many = sample.size() / 2 * 7 / 10;
  std::size_t few = sample.size() / 2 / 20;
  if (zeros[1] >= many && zeros[0] <= few) return "UTF-16LE";
  if (zeros[0] >= many && zeros[1] <= few) return "UTF-16BE";
  return nullptr;
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using Converter = std::unique_ptr<UConverter, CloseConverter>;

Converter open_converter(const char* charset) {
  UErrorCode status = U_ZERO_ERROR;
  Converter converter(ucnv_open(charset, &status));
  return U_SUCCESS(status) ? std::move(converter) : nullptr;
}

Result<std::string> convert(std::string_view bytes, const char* charset) {
  auto from = open_converter(charset);
  auto to = open_converter("UTF-8");
  if (!from || !to)
    return fail(ErrorCode::invalid, "The charset of the document is not supported", charset);
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  std::array<char, 16384> piece{};
  std::array<UChar, 8192> pivot{};
  UChar* pivot_from = pivot.data();
  UChar* pivot_to = pivot.data();
  const char* source = bytes.data();
  UBool must_reset = 1;
  for (;;) {
    char* target = piece.data();
    UErrorCode status = U_ZERO_ERROR;
    ucnv_convertEx(to.get(), from.get(), &target, piece.data() + piece.size(), &source,
                   bytes.data() + bytes.size(), pivot.data(), &pivot_from, &pivot_to,
                   pivot.data() + pivot.size(), must_reset, 1, &status);
    must_reset = 0;
    out.append(piece.data(), target);
    if (status == U_BUFFER_OVERFLOW_ERROR) continue;
    if (U_FAILURE(status))
      return fail(ErrorCode::invalid, "The charset of the document cannot be converted",
                  u_errorName(status));
    return out;
  }
}

// Whether the text has at least as many good sequences as broken ones. In other charsets bytes
// hardly ever form good ones by accident.
bool is_nearly_utf8(std::string_view bytes) {
  auto sample = bytes.substr(0, sample_bytes);
  std::size_t good = 0;
  std::size_t bad = 0;
  for (std::size_t at = 0; at < sample.size();) {
    bool is_ascii = static_cast<unsigned char>(sample[at]) < 0x80;
    char32_t c = next_code_point(sample, at);
    if (!is_ascii) ++(c == 0xFFFD ? bad : good);
  }
  return good >= bad;
}

std::string detect_charset(std::string_view bytes) {
  UErrorCode status = U_ZERO_ERROR;
  auto close = [](UCharsetDetector* detector) { ucsdet_close(detector); };
  std::unique_ptr<UCharsetDetector, decltype(close)> detector(ucsdet_open(&status), close);
  auto sample = bytes.substr(0, sample_bytes);
  ucsdet_setText(detector.get(), sample.data(), static_cast<std::int32_t>(sample.size()), &status);
  const auto* match = ucsdet_detect(detector.get(), &status);
  const char* name = match == nullptr ? nullptr : ucsdet_getName(match, &status);
  // Windows-1252 is Latin-1 with letters where Latin-1 has control characters.
  std::string_view found = U_SUCCESS(status) && name != nullptr ? name : "ISO-8859-1";
  return std::string(found == "ISO-8859-1" ? "windows-1252" : found);
}

}  // namespace

Result<std::string> decode_text(std::string_view bytes, std::string_view declared) {
  if (const auto* mark = find_mark(bytes); mark != nullptr) {
    auto text = bytes.substr(mark->bytes.size());
    if (std::string_view(mark->charset) == "UTF-8") return repair_utf8(text);
    return convert(text, mark->charset);
  }
  if (const auto* charset = find_unmarked_utf16(bytes); charset != nullptr)
    return convert(bytes, charset);
  if (is_valid_utf8(bytes)) return std::string(bytes);
  if (!declared.empty() && open_converter(std::string(declared).c_str()) != nullptr)
    return convert(bytes, std::string(declared).c_str());
  if (is_nearly_utf8(bytes)) return repair_utf8(bytes);
  return convert(bytes, detect_charset(bytes).c_str());
}

Result<std::string> convert_text(std::string_view bytes, const std::string& charset) {
  return convert(bytes, charset.c_str());
}

std::string_view find_declared_charset(std::string_view html) {
  html = html.substr(0, 4096);
  auto lower = to_lower_ascii(html);
  for (std::string_view key : {"charset=", "encoding="}) {
    auto at = lower.find(key);
    if (at == std::string::npos) continue;
    auto begin = html.find_first_not_of(" \"'", at + key.size());
    if (begin == std::string_view::npos) continue;
    auto name = html.substr(begin, html.find_first_of(" \"'>;?/", begin) - begin);
    if (!name.empty() && name.size() <= 40) return name;
  }
  return {};
}

bool looks_like_text(std::string_view bytes) {
  auto sample = bytes.substr(0, sample_bytes);
  if (find_mark(sample) != nullptr || find_unmarked_utf16(sample) != nullptr) return true;
  auto is_odd = [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r' && byte != '\f' &&
            byte != 0x1B) ||
           byte == 0x7F;
  };
  auto odd = static_cast<std::size_t>(std::ranges::count_if(sample, is_odd));
  return sample.find('\0') == std::string_view::npos && odd * 50 <= sample.size();
}

}  // namespace aiva::documents
