#pragma once

namespace aiva {

// Whether this processor multiplies bytes several times faster than floats (AVX-512 VNNI, AVX VNNI,
// AMX, or the dot products of ARM), and sums them without overflow.
bool has_fast_byte_products();

}  // namespace aiva
