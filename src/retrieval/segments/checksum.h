#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace aiva::retrieval {

// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`, going on from that of what came before.
std::uint32_t crc32c(std::span<const std::byte> bytes, std::uint32_t before = 0);

// The same without the processor's instruction; for tests and processors that have none.
std::uint32_t crc32c_by_table(std::span<const std::byte> bytes, std::uint32_t before = 0);

}  // namespace aiva::retrieval
