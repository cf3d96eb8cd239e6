#include "adapters/onnx/internal/spoken_pieces.h"

#include <charconv>

#include "foundation/crypto.h"
#include "foundation/read_file.h"
#include "foundation/text/utf8.h"

namespace aiva {
namespace {

constexpr std::size_t marks_count = 3;  // <unk>, <s>, </s>
constexpr std::size_t script_bytes_max = 64UL * 1024 * 1024;
constexpr std::size_t pieces_max = 1UL << 17U;
constexpr std::string_view space_mark = "\u2581";

// `<0x0A>` stands for a byte.
std::string piece_bytes(std::string_view piece) {
  if (piece.size() == 6 && piece.starts_with("<0x") && piece.ends_with('>')) {
    std::uint8_t byte = 0;
    auto digits = piece.substr(3, 2);
    auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (read.ptr == digits.data() + digits.size()) return {static_cast<char>(byte)};
  }
  std::string bytes(piece);
  for (auto at = bytes.find(space_mark); at != std::string::npos; at = bytes.find(space_mark, at))
    bytes.replace(at, space_mark.size(), " ");
  return bytes;
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

}  // namespace

Result<SpokenPieces> SpokenPieces::load(const std::filesystem::path& script) {
  auto text = read_file(script, script_bytes_max);
  if (!text || text->empty())
    return fail(ErrorCode::unavailable, "The vocabulary of the recognizer cannot be read",
                script.string());
  return parse(*text);
}

Result<SpokenPieces> SpokenPieces::parse(std::string_view script) {
  auto malformed = [](const char* cause) {
    return fail(ErrorCode::invalid, "The vocabulary of the recognizer is malformed", cause);
  };
  constexpr std::string_view opening = "llama_vocab_base64 = \"";
  const auto start = script.find(opening);
  if (start == std::string_view::npos) return malformed("it has no llama_vocab_base64");
  auto encoded = script.substr(start + opening.size());
  const auto end = encoded.find('"');
  if (end == std::string_view::npos) return malformed("its string has no end");
  auto lines = from_base64(encoded.substr(0, end));
  if (!lines) return malformed("its string is not base64");
  SpokenPieces pieces;
  for (std::string_view rest = *lines;;) {
    const auto line = rest.substr(0, rest.find('\n'));
    pieces.pieces_.push_back(pieces.size() < marks_count ? std::string() : piece_bytes(line));
    if (pieces.size() > pieces_max) return malformed("it has too many pieces");
    if (line.size() == rest.size()) break;
    rest.remove_prefix(line.size() + 1);
  }
  if (pieces.size() <= marks_count) return malformed("it has no pieces");
  return pieces;
}

std::string SpokenPieces::text_of(std::span<const std::int64_t> ids) const {
  std::string bytes;
  for (auto id : ids)
    if (id >= 0 && static_cast<std::size_t>(id) < size())
      bytes += pieces_[static_cast<std::size_t>(id)];
  return repair_utf8(trimmed(bytes));
}

}  // namespace aiva
