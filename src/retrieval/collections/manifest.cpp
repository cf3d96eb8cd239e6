#include "retrieval/collections/manifest.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>

#include "retrieval/segments/checksum.h"
#include "retrieval/segments/segment_file.h"

namespace aiva::retrieval {
namespace {

constexpr std::uint64_t magic = 0x3146494E4D564941;  // "AIVMNIF1"
constexpr std::size_t text_bytes_max = 1024;
constexpr std::size_t segments_max = 10'000;
constexpr std::size_t file_bytes_max = 512UL * 1024 * 1024;

class Writer {
 public:
  void number(std::uint64_t value) { append(std::as_bytes(std::span(&value, 1))); }
  void text(std::string_view text) {
    number(text.size());
    append(std::as_bytes(std::span(text)));
  }
  void words(std::span<const std::uint64_t> words) {
    number(words.size());
    append(std::as_bytes(words));
  }
  std::vector<std::byte> finish() {
    number(crc32c(bytes_));
    return std::move(bytes_);
  }

 private:
  void append(std::span<const std::byte> bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }

  std::vector<std::byte> bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  Result<std::uint64_t> number() {
    std::uint64_t value = 0;
    TRY(auto bytes, take(sizeof value));
    std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  Result<std::string> text() {
    TRY(auto size, number());
    if (size > text_bytes_max) return refuse();
    TRY(auto bytes, take(size));
    return std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  }
  Result<std::vector<std::uint64_t>> words() {
    TRY(auto count, number());
    if (count > bytes_.size() / sizeof(std::uint64_t)) return refuse();
    TRY(auto bytes, take(count * sizeof(std::uint64_t)));
    std::vector<std::uint64_t> words(count);
    if (count > 0) std::memcpy(words.data(), bytes.data(), bytes.size());
    return words;
  }
  static std::unexpected<Error> refuse() {
    return fail(ErrorCode::invalid, "The manifest of an index is damaged");
  }

 private:
  Result<std::span<const std::byte>> take(std::size_t count) {
    if (count > bytes_.size()) return refuse();
    auto taken = bytes_.first(count);
    bytes_ = bytes_.subspan(count);
    return taken;
  }

  std::span<const std::byte> bytes_;
};

// A name of ours within the folder, never a path out of it.
bool is_plain_name(std::string_view name) {
  return !name.empty() && name.find('/') == std::string_view::npos && name.front() != '.' &&
         name.find('\0') == std::string_view::npos;
}

Result<ManifestSegment> read_segment(Reader& reader) {
  ManifestSegment segment;
  TRY(segment.file, reader.text());
  TRY(segment.rows, reader.number());
  TRY(segment.dead, reader.words());
  bool has_all_words = segment.dead.empty() || segment.dead.size() == (segment.rows + 63) / 64;
  if (!is_plain_name(segment.file) || !has_all_words) return Reader::refuse();
  return segment;
}

Result<CollectionShape> read_shape(Reader& reader) {
  CollectionShape shape;
  TRY(shape.dimension, reader.number());
  TRY(auto metric, reader.number());
  if (metric > static_cast<std::uint64_t>(Metric::l2)) return Reader::refuse();
  shape.metric = static_cast<Metric>(metric);
  TRY(shape.model, reader.text());
  return shape;
}

}  // namespace

std::vector<std::byte> serialize(const Manifest& manifest) {
  Writer writer;
  writer.number(magic);
  writer.number(manifest.sequence);
  writer.number(static_cast<std::uint64_t>(manifest.version));
  writer.number(manifest.shape.dimension);
  writer.number(static_cast<std::uint64_t>(manifest.shape.metric));
  writer.text(manifest.shape.model);
  writer.number(manifest.segments.size());
  for (const auto& segment : manifest.segments) {
    writer.text(segment.file);
    writer.number(segment.rows);
    writer.words(segment.dead);
  }
  return writer.finish();
}

Result<Manifest> parse_manifest(std::span<const std::byte> bytes) {
  if (bytes.size() < 2 * sizeof(std::uint64_t)) return Reader::refuse();
  std::uint64_t checksum = 0;
  auto content = bytes.first(bytes.size() - sizeof checksum);
  std::memcpy(&checksum, bytes.data() + content.size(), sizeof checksum);
  if (crc32c(content) != checksum) return Reader::refuse();
  Reader reader(content);
  Manifest manifest;
  TRY(auto first, reader.number());
  if (first != magic) return Reader::refuse();
  TRY(manifest.sequence, reader.number());
  TRY(auto version, reader.number());
  manifest.version = static_cast<std::int64_t>(version);
  TRY(manifest.shape, read_shape(reader));
  TRY(auto count, reader.number());
  if (count > segments_max) return Reader::refuse();
  for (std::uint64_t i = 0; i < count; ++i) {
    TRY(auto segment, read_segment(reader));
    manifest.segments.push_back(std::move(segment));
  }
  return manifest;
}

Result<Manifest> read_manifest(const std::filesystem::path& folder) {
  auto path = folder / manifest_file;
  std::error_code code;
  auto size = std::filesystem::file_size(path, code);
  if (code == std::errc::no_such_file_or_directory)
    return fail(ErrorCode::not_found, "The index has no manifest");
  if (code) return fail(ErrorCode::unavailable, "An index could not be read", code.message());
  if (size > file_bytes_max) return Reader::refuse();
  std::ifstream file(path, std::ios::binary);
  std::vector<char> bytes(size);
  file.read(bytes.data(), static_cast<std::streamsize>(size));
  if (!file) return fail(ErrorCode::unavailable, "An index could not be read", path.string());
  return parse_manifest(std::as_bytes(std::span(bytes)));
}

Result<void> write_manifest(const std::filesystem::path& folder, const Manifest& manifest) {
  return write_file_durably(folder / manifest_file, serialize(manifest));
}

}  // namespace aiva::retrieval
