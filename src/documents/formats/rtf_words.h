#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace aiva::documents {

// The control words of RTF 1.9.1 that matter for the text of a document.
enum class RtfWord : std::uint8_t {
  unknown,
  // Charsets and fonts.
  ansi,
  mac,
  pc,
  pca,
  ansicpg,
  deff,
  f,
  fcharset,
  cpg,
  uc,
  u,
  bin,
  // Characters.
  par,
  line,
  tab,
  page,
  sect,
  emdash,
  endash,
  lquote,
  rquote,
  ldblquote,
  rdblquote,
  bullet,
  emspace,
  enspace,
  chftn,
  // Properties.
  pard,
  plain,
  v,
  deleted,
  s,
  outlinelevel,
  ilvl,
  intbl,
  trhdr,
  trowd,
  cell,
  row,
  nestcell,
  nestrow,
  // Destinations.
  body,
  skipped,
  fonttbl,
  stylesheet,
  info,
  title,
  marker,
  footnote,
  fldinst,
  pict,
  result,
};

// The control word of that name, its letters in small; `unknown` for all others.
RtfWord find_rtf_word(std::string_view name);

enum class RtfToken { open, close, word, symbol, byte, text, end };

// Takes the tokens off an RTF file.
class RtfTokens {
 public:
  // `bytes` is borrowed.
  explicit RtfTokens(std::string_view bytes) : bytes_(bytes) {}

  RtfToken next();

  [[nodiscard]] std::string_view name() const { return name_; }  // of a word
  [[nodiscard]] std::optional<int> parameter() const { return parameter_; }
  // The character of a symbol (`\~`) or the value of a byte (`\'e4`).
  [[nodiscard]] char character() const { return character_; }
  // Bytes that stand for themselves.
  [[nodiscard]] std::string_view text() const { return name_; }
  // Passes over raw bytes.
  void skip(std::size_t count);

 private:
  RtfToken read_control();
  void read_word();

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::string_view name_;
  std::optional<int> parameter_;
  char character_ = '\0';
};

}  // namespace aiva::documents
