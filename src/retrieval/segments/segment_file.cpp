#include "retrieval/segments/segment_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "retrieval/segments/checksum.h"

namespace aiva::retrieval {
namespace {

static_assert(std::endian::native == std::endian::little, "segments are written little-endian");

constexpr std::uint64_t magic = 0x3147455341564941;  // "AIVASEG1"
constexpr std::uint32_t file_format = 1;
constexpr std::size_t page_bytes = 4096;
constexpr std::size_t block_bytes = 64UL * 1024;
constexpr std::size_t sections_max = 64;

struct Head {
  std::uint64_t magic = 0;
  std::uint32_t format = 0;
  std::uint32_t directory_crc = 0;
  std::uint64_t directory_offset = 0;
  std::uint64_t directory_bytes = 0;
  std::uint32_t head_crc = 0;  // of the bytes before it
  std::uint32_t unused = 0;
};

struct DirectoryEntry {
  std::uint32_t kind = 0;
  std::uint32_t unused = 0;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

std::uint64_t round_up(std::uint64_t size, std::uint64_t step) {
  return (size + step - 1) / step * step;
}

std::size_t block_count(std::size_t bytes) { return (bytes + block_bytes - 1) / block_bytes; }

std::uint32_t crc_of_head(const Head& head) {
  return crc32c(std::as_bytes(std::span(&head, 1)).first(offsetof(Head, head_crc)));
}

std::unexpected<Error> file_failure(int number, std::string_view action,
                                    const std::filesystem::path& path) {
  bool is_full = number == ENOSPC || number == EDQUOT;
  auto code = number == ENOENT ? ErrorCode::not_found : ErrorCode::unavailable;
  return fail(code, is_full ? "The disk is full" : "An index file could not be used",
              std::string(action) + " " + path.string() + ": " + std::strerror(number));
}

std::unexpected<Error> damaged(const std::filesystem::path& path, std::string_view what) {
  return fail(ErrorCode::invalid, "An index file is damaged",
              path.string() + ": " + std::string(what));
}

bool write_at(int file, std::span<const std::byte> bytes, std::uint64_t offset) {
  while (!bytes.empty()) {
    auto written = pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
    offset += static_cast<std::uint64_t>(written);
  }
  return true;
}

Result<void> flush_folder(const std::filesystem::path& folder) {
  int file = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return file_failure(errno, "open", folder);
  int flushed = fsync(file);
  int number = errno;
  close(file);
  if (flushed != 0) return file_failure(number, "fsync", folder);
  return {};
}

}  // namespace

SegmentFileWriter::SegmentFileWriter(std::filesystem::path path, std::filesystem::path temporary,
                                     int file)
    : path_(std::move(path)), temporary_(std::move(temporary)), file_(file), end_(page_bytes) {}

Result<std::unique_ptr<SegmentFileWriter>> SegmentFileWriter::create(
    const std::filesystem::path& path) {
  auto temporary = path;
  temporary += ".tmp";
  int file = open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return file_failure(errno, "create", temporary);
  return std::unique_ptr<SegmentFileWriter>(new SegmentFileWriter(path, temporary, file));
}

SegmentFileWriter::~SegmentFileWriter() {
  unmap();
  if (file_ >= 0) close(file_);
  if (!is_finished_) unlink(temporary_.c_str());
}

void SegmentFileWriter::unmap() {
  for (auto& section : sections_)
    if (section.memory != nullptr) munmap(std::exchange(section.memory, nullptr), section.mapped);
}

std::span<std::byte> SegmentFileWriter::reserve(SectionKind kind, std::size_t bytes) {
  AIVA_ASSERT(sections_.size() < sections_max);
  AIVA_ASSERT(std::ranges::none_of(sections_, [kind](auto& s) { return s.kind == kind; }));
  if (failure_ != 0) return rescue_.reserve(kind, bytes);
  Section section{.kind = kind, .offset = end_, .bytes = bytes, .mapped = bytes};
  if (bytes > 0) {
    auto end = round_up(end_ + bytes, page_bytes);
    // Space is taken now: a full disk must show here, not as a signal when memory is touched.
    failure_ = posix_fallocate(file_, static_cast<off_t>(end_), static_cast<off_t>(end - end_));
    if (failure_ != 0) return rescue_.reserve(kind, bytes);
    auto* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_,
                        static_cast<off_t>(section.offset));
    if (memory == MAP_FAILED) {
      failure_ = errno;
      return rescue_.reserve(kind, bytes);
    }
    section.memory = static_cast<std::byte*>(memory);
    end_ = end;
  }
  sections_.push_back(section);
  return {section.memory, bytes};
}

Result<void> SegmentFileWriter::write_directory() {
  std::vector<std::byte> directory;
  auto append = [&directory](const auto& value) {
    auto bytes = std::as_bytes(std::span(&value, 1));
    directory.insert(directory.end(), bytes.begin(), bytes.end());
  };
  append(static_cast<std::uint64_t>(sections_.size()));
  for (const auto& section : sections_)
    append(DirectoryEntry{.kind = static_cast<std::uint32_t>(section.kind),
                          .offset = section.offset,
                          .bytes = section.bytes});
  for (const auto& section : sections_) {
    std::span<const std::byte> bytes(section.memory, section.bytes);
    for (std::size_t at = 0; at < bytes.size(); at += block_bytes)
      append(crc32c(bytes.subspan(at, std::min(block_bytes, bytes.size() - at))));
  }
  Head head{.magic = magic,
            .format = file_format,
            .directory_crc = crc32c(directory),
            .directory_offset = end_,
            .directory_bytes = directory.size()};
  head.head_crc = crc_of_head(head);
  bool is_written =
      write_at(file_, directory, end_) && write_at(file_, std::as_bytes(std::span(&head, 1)), 0);
  if (!is_written) return file_failure(errno, "write", temporary_);
  return {};
}

Result<void> SegmentFileWriter::finish() {
  if (failure_ != 0) return file_failure(failure_, "write", temporary_);
  TRY_VOID(write_directory());
  unmap();
  if (fdatasync(file_) != 0) return file_failure(errno, "fdatasync", temporary_);
  close(std::exchange(file_, -1));
  if (rename(temporary_.c_str(), path_.c_str()) != 0) return file_failure(errno, "rename", path_);
  is_finished_ = true;
  return flush_folder(path_.parent_path());
}

Result<std::unique_ptr<MappedSegment>> MappedSegment::open(const std::filesystem::path& path) {
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return file_failure(errno, "open", path);
  struct stat status{};
  auto size = fstat(file, &status) == 0 ? static_cast<std::size_t>(status.st_size) : 0;
  if (size < page_bytes) {
    close(file);
    return damaged(path, "too short");
  }
  auto* memory = mmap(nullptr, size, PROT_READ, MAP_SHARED, file, 0);
  int number = errno;
  close(file);
  if (memory == MAP_FAILED) return file_failure(number, "map", path);
  std::unique_ptr<MappedSegment> segment(
      new MappedSegment(static_cast<const std::byte*>(memory), size));
  auto read = segment->read_directory();
  if (!read) return damaged(path, read.error().message);
  return segment;
}

MappedSegment::~MappedSegment() {
  munmap(const_cast<std::byte*>(memory_), bytes_);  // NOLINT: munmap takes what mmap gave
}

Result<void> MappedSegment::read_directory() {
  Head head;
  std::memcpy(&head, memory_, sizeof head);
  auto refuse = [](const char* what) { return fail(ErrorCode::invalid, what); };
  if (head.magic != magic) return refuse("not a segment");
  if (head.format != file_format) return refuse("another format");
  if (head.head_crc != crc_of_head(head)) return refuse("head does not fit its checksum");
  if (head.directory_offset > bytes_ || head.directory_bytes > bytes_ - head.directory_offset)
    return refuse("directory out of bounds");
  std::span directory(memory_ + head.directory_offset, head.directory_bytes);
  if (crc32c(directory) != head.directory_crc) return refuse("directory does not fit");
  std::uint64_t count = 0;
  if (directory.size() < sizeof count) return refuse("directory too short");
  std::memcpy(&count, directory.data(), sizeof count);
  directory = directory.subspan(sizeof count);
  if (count > sections_max || directory.size() < count * sizeof(DirectoryEntry))
    return refuse("directory too short");
  auto checksums = directory.subspan(count * sizeof(DirectoryEntry));
  for (std::uint64_t i = 0; i < count; ++i) {
    DirectoryEntry entry;
    std::memcpy(&entry, directory.data() + i * sizeof entry, sizeof entry);
    if (entry.offset % page_bytes != 0 || entry.offset > bytes_ ||
        entry.bytes > bytes_ - entry.offset)
      return refuse("section out of bounds");
    auto blocks = block_count(entry.bytes);
    if (checksums.size() < blocks * sizeof(std::uint32_t)) return refuse("checksums missing");
    Entry known{.kind = static_cast<SectionKind>(entry.kind),
                .bytes = {memory_ + entry.offset, entry.bytes},
                .checksums = std::vector<std::uint32_t>(blocks)};
    auto stored = checksums.first(blocks * sizeof(std::uint32_t));
    std::ranges::copy(stored, std::as_writable_bytes(std::span(known.checksums)).begin());
    checksums = checksums.subspan(blocks * sizeof(std::uint32_t));
    table_.add(known.kind, known.bytes);
    entries_.push_back(std::move(known));
  }
  return {};
}

Result<void> MappedSegment::verify() const {
  for (const auto& entry : entries_) TRY_VOID(verify(entry.kind));
  return {};
}

Result<void> MappedSegment::verify(SectionKind kind) const {
  for (const auto& entry : entries_) {
    if (entry.kind != kind) continue;
    for (std::size_t i = 0; i < entry.checksums.size(); ++i) {
      auto at = i * block_bytes;
      auto block = entry.bytes.subspan(at, std::min(block_bytes, entry.bytes.size() - at));
      if (crc32c(block) != entry.checksums[i])
        return fail(ErrorCode::invalid, "An index file is damaged",
                    "block " + std::to_string(i) + " of section " +
                        std::to_string(static_cast<std::uint32_t>(kind)));
    }
  }
  return {};
}

void MappedSegment::expect_random(SectionKind kind) const {
  auto bytes = table_.find(kind);
  if (bytes.empty()) return;
  // Advice only: failing changes nothing but speed.
  (void)madvise(const_cast<std::byte*>(bytes.data()), bytes.size(), MADV_RANDOM);  // NOLINT
}

void MappedSegment::expect_all(SectionKind kind) const {
  auto bytes = table_.find(kind);
  if (bytes.empty()) return;
  (void)madvise(const_cast<std::byte*>(bytes.data()), bytes.size(), MADV_WILLNEED);  // NOLINT
}

Result<void> write_file_durably(const std::filesystem::path& path,
                                std::span<const std::byte> text) {
  auto temporary = path;
  temporary += ".tmp";
  int file = open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return file_failure(errno, "create", temporary);
  bool is_written = write_at(file, text, 0) && fdatasync(file) == 0;
  int number = errno;
  close(file);
  if (is_written && rename(temporary.c_str(), path.c_str()) != 0) {
    number = errno;
    is_written = false;
  }
  if (!is_written) {
    unlink(temporary.c_str());
    return file_failure(number, "write", path);
  }
  return flush_folder(path.parent_path());
}

}  // namespace aiva::retrieval
