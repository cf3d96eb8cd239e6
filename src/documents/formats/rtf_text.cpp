#include "documents/formats/rtf_text.h"

#include <algorithm>

#include "documents/charset.h"
#include "documents/clean_text.h"
#include "foundation/text/utf8.h"

namespace aiva::documents {
namespace {

std::string charset_name(int code_page) {
  switch (code_page) {
    case 437:
    case 850:
    case 852:
    case 855:
    case 857:
    case 862:
    case 864:
    case 866: return "ibm-" + std::to_string(code_page);
    case 10000: return "macintosh";
    case 65001: return "UTF-8";
    default: return "windows-" + std::to_string(code_page);
  }
}

// Fonts of pictures have no letters; their bullets are the only ones that say something.
void append_symbols(std::string_view bytes, std::string& out) {
  for (char c : bytes) {
    auto byte = static_cast<unsigned char>(c);
    append_utf8(out, byte == 0xB7 ? U'•' : byte > ' ' ? 0xF000U + byte : U' ');
  }
}

}  // namespace

int code_page_of_fcharset(int fcharset) {
  switch (fcharset) {
    case 0: return 1252;
    case 2: return rtf_code_page_symbol;
    case 77: return 10000;
    case 128: return 932;
    case 129: return 949;
    case 130: return 1361;
    case 134: return 936;
    case 136: return 950;
    case 161: return 1253;
    case 162: return 1254;
    case 163: return 1258;
    case 177: return 1255;
    case 178: return 1256;
    case 186: return 1257;
    case 204: return 1251;
    case 222: return 874;
    case 238: return 1250;
    case 254: return 437;
    case 255: return 850;
    default: return 0;
  }
}

void append_code_page(std::string_view bytes, int code_page, std::string& out) {
  auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (code_page == rtf_code_page_symbol) return append_symbols(bytes, out);
  if (std::ranges::all_of(bytes, is_ascii)) {
    out += bytes;
    return;
  }
  auto text = convert_text(bytes, charset_name(code_page));
  if (!text) text = convert_text(bytes, charset_name(rtf_code_page_default));
  if (text) out += *text;
}

std::string hyperlink_target(std::string_view instruction) {
  instruction = trim(instruction);
  constexpr std::string_view name = "HYPERLINK";
  if (!instruction.starts_with(name)) return {};
  auto rest = trim(instruction.substr(name.size()));
  if (rest.starts_with('\\')) return {};
  if (rest.starts_with('"')) return std::string(rest.substr(1, rest.find('"', 1) - 1));
  return std::string(rest.substr(0, rest.find(' ')));
}

}  // namespace aiva::documents
