#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>

#include "foundation/ids.h"

namespace aiva::crash {

inline constexpr std::size_t bases = 3;

// Which knowledge base stands in a place; each erasure puts a new one there.
struct Slot {
  std::uint64_t generation = 0;
  std::int64_t rows_version = 0;  // of the rows, which an index that is behind catches up with
};
using Slots = std::array<Slot, bases>;

std::uint64_t history_seed(std::uint64_t seed, std::size_t slot, std::uint64_t generation);
KnowledgeBaseId base_id(std::uint64_t seed, std::size_t slot, std::uint64_t generation);

// What the child tells before or after it does something; one line each.
enum class Word : char {
  opened = 'o',     // the version it found
  beginning = 'b',  // to change to this version
  changed = 'c',    // the version is shown
  durable = 'd',    // the version is on disk
  erasing = 'e',    // the base in the place, by now or soon
  failed = 'f',     // something it must not
};

// Change an index in the folder until they are killed. Words go to the descriptor `output`.
void write_collection(const std::filesystem::path& folder, std::uint64_t seed, const Slot& slot,
                      std::uint64_t dice, int output);
void write_index(const std::filesystem::path& folder, std::uint64_t seed, Slots slots,
                 std::uint64_t dice, int output);

}  // namespace aiva::crash
