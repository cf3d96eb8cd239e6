#include "adapters/onnx/internal/file_fingerprint.h"

#include <fstream>
#include <vector>

#include "foundation/crypto.h"

namespace aiva {
namespace {

constexpr std::size_t fingerprint_digits = 12;

}  // namespace

Result<std::string> fingerprint_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  Sha256 hash;
  std::vector<char> piece(1024UL * 1024);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    hash.update({piece.data(), static_cast<std::size_t>(file.gcount())});
  if (!file.eof()) return fail(ErrorCode::unavailable, "A model cannot be read", path.string());
  return to_hex(hash.finish()).substr(0, fingerprint_digits);
}

}  // namespace aiva
