#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "foundation/result.h"
#include "retrieval/collections/row.h"

namespace aiva::retrieval {

// A segment of a collection as its manifest names it.
struct ManifestSegment {
  std::string file;  // within the collection's folder
  std::uint64_t rows = 0;
  std::vector<std::uint64_t> dead;  // bitmap; empty: none
};

// Which files make up a collection at one version of its rows.
struct Manifest {
  std::uint64_t sequence = 0;  // grows with every manifest written
  std::int64_t version = 0;
  CollectionShape shape{};
  std::vector<ManifestSegment> segments;
};

inline constexpr std::string_view manifest_file = "manifest";

// Fails with `not_found`, `invalid` (damaged) or `unavailable`.
Result<Manifest> read_manifest(const std::filesystem::path& folder);
// The same from bytes, which are not trusted.
Result<Manifest> parse_manifest(std::span<const std::byte> bytes);
std::vector<std::byte> serialize(const Manifest& manifest);
// Replaces the folder's manifest in one step that survives loss of power.
Result<void> write_manifest(const std::filesystem::path& folder, const Manifest& manifest);

}  // namespace aiva::retrieval
