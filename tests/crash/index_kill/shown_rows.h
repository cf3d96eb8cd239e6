#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "crash/index_kill/child.h"
#include "crash/index_kill/history.h"

namespace aiva::crash {

// What an index says of one knowledge base, whichever layer it is asked through.
struct ShownRows {
  std::int64_t version = 0;
  std::size_t size = 0;
  std::function<std::vector<ChunkId>(const std::string& word)> with_word{};
  std::function<std::vector<ChunkId>(const std::vector<float>& vector, std::size_t count)> near{};
};

// Nothing, or what is wrong: every row of the version must be found by its word and its vector, all
// of a document by the document's word, and nothing else.
std::string compare(const ShownRows& shown, const History& history);

// Opens the collection in the folder and compares it; `version` becomes the one it shows. One whose
// checksums are wrong is `damaged`, and made to begin anew when it may be written.
struct Opened {
  std::int64_t version = 0;
  bool is_damaged = false;
  std::string fault{};
};
Opened check_collection(const std::filesystem::path& folder, const History& history,
                        bool is_read_only);

// The same for all knowledge bases of a segment index, which then erases those it should not have.
struct OpenedIndex {
  std::array<std::int64_t, bases> versions{};
  std::int64_t erased = 0;
  std::string fault{};
};
OpenedIndex check_index(const std::filesystem::path& folder, std::uint64_t seed,
                        const Slots& slots);

}  // namespace aiva::crash
