#pragma once

#include <bit>
#include <cstdint>

#include "foundation/picture/picture.h"

namespace aiva {

// 64 bits that say where a picture gets darker from left to right on a grid of 8 by 8: copies that
// were scaled, compressed again or tinted differ in a few of them only. The picture is whole.
std::uint64_t difference_hash(const Picture& picture);

// In how many bits two hashes differ.
inline int hash_distance(std::uint64_t a, std::uint64_t b) { return std::popcount(a ^ b); }

}  // namespace aiva
