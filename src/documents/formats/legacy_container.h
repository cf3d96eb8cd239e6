#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "foundation/result.h"

namespace aiva::documents {

// What an OLE compound file (MS-CFB) holds, told by the names of its streams.
enum class OleContent { none, unknown, doc, xls, ppt };

// `none` where the bytes are no such file. Never trusts a length or a link.
OleContent recognise_ole(std::string_view bytes);

// Reads the streams of an OLE compound file that lies in memory.
class OleContainer {
 public:
  // `bytes` is borrowed. Fails with `invalid` where they are no such file.
  static Result<OleContainer> open(std::string_view bytes);

  // The names of the streams and storages, at most some thousands of them.
  [[nodiscard]] std::vector<std::string> names() const;
  // The bytes of the stream of that name, wherever it lies. Fails with `not_found` without one,
  // with `invalid` where its chain of sectors is broken.
  [[nodiscard]] Result<std::string> read(std::string_view name) const;

 private:
  struct Entry {
    std::string name;
    std::uint32_t first_sector = 0;
    std::uint32_t bytes = 0;
    bool is_root = false;
  };

  explicit OleContainer(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint32_t number16(std::size_t at) const;
  [[nodiscard]] std::uint32_t number32(std::size_t at) const;
  [[nodiscard]] std::string_view sector(std::uint32_t number) const;
  void read_table();
  void read_directory();
  [[nodiscard]] Entry entry_at(std::string_view record) const;
  [[nodiscard]] Result<std::string> read_chain(std::uint32_t first, std::size_t bytes) const;
  [[nodiscard]] Result<std::string> read_small(const Entry& entry) const;

  std::string_view bytes_;
  unsigned shift_ = 9;
  std::vector<std::uint32_t> next_;  // the sector after each
  std::vector<Entry> entries_;
};

}  // namespace aiva::documents
