#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "foundation/result.h"
#include "retrieval/segments/sections.h"

namespace aiva::retrieval {

// Writes a segment as one file. Until finish() it has a temporary name; a crash leaves either no
// file of the final name or a whole one, and at most a temporary file that nobody reads.
//
// The file: 64 bytes of head (magic, format, where the directory stands, its CRC), sections at
// multiples of 4096, then the directory: kind, offset and size of each section, and the CRC-32C of
// each 64 KB block of it. All numbers are little-endian.
class SegmentFileWriter final : public SectionSink {
 public:
  static Result<std::unique_ptr<SegmentFileWriter>> create(const std::filesystem::path& path);
  ~SegmentFileWriter() override;
  SegmentFileWriter(const SegmentFileWriter&) = delete;
  SegmentFileWriter& operator=(const SegmentFileWriter&) = delete;

  // Memory of the file itself; after a failure (a full disk) memory that finish() throws away.
  std::span<std::byte> reserve(SectionKind kind, std::size_t bytes) override;
  // Puts the file under its name, safe against loss of power. Fails with `unavailable` when the
  // disk is full or broken; then nothing stays.
  Result<void> finish();

 private:
  struct Section {
    SectionKind kind{};
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
    std::byte* memory = nullptr;
    std::size_t mapped = 0;
  };

  SegmentFileWriter(std::filesystem::path path, std::filesystem::path temporary, int file);
  Result<void> write_directory();
  void unmap();

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int file_ = -1;
  std::uint64_t end_ = 0;
  std::vector<Section> sections_;
  HeapSections rescue_;
  int failure_ = 0;  // errno of the first failed call
  bool is_finished_ = false;
};

// A segment's file, mapped for reading. Its sections live as long as it does.
class MappedSegment {
 public:
  // Checks head and directory, not the sections' contents. Fails with `not_found`, `invalid` (not
  // such a file, or damaged) or `unavailable`.
  static Result<std::unique_ptr<MappedSegment>> open(const std::filesystem::path& path);
  ~MappedSegment();
  MappedSegment(const MappedSegment&) = delete;
  MappedSegment& operator=(const MappedSegment&) = delete;

  [[nodiscard]] const SectionTable& table() const { return table_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Compares every block with its checksum; fails with `invalid`. Reads the whole file.
  [[nodiscard]] Result<void> verify() const;
  [[nodiscard]] Result<void> verify(SectionKind kind) const;
  // Tells the kernel that a section is read here and there, or as a whole and soon.
  void expect_random(SectionKind kind) const;
  void expect_all(SectionKind kind) const;

 private:
  MappedSegment(const std::byte* memory, std::size_t bytes) : memory_(memory), bytes_(bytes) {}
  Result<void> read_directory();

  struct Entry {
    SectionKind kind{};
    std::span<const std::byte> bytes;
    std::vector<std::uint32_t> checksums;
  };

  const std::byte* memory_;
  std::size_t bytes_;
  SectionTable table_;
  std::vector<Entry> entries_;
};

// Writes a small file whole: temporary name, flushed, renamed, the folder flushed.
Result<void> write_file_durably(const std::filesystem::path& path, std::span<const std::byte> text);

}  // namespace aiva::retrieval
