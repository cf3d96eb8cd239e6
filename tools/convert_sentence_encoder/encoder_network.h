#pragma once

#include <string>

#include "foundation/result.h"
#include "onnx_writer/tensor_archive.h"

namespace aiva::convert {

// float32 computes exactly what the original does. int8 keeps the weights of the transformer as
// bytes and multiplies in bytes where the processor can: several times faster, nearly the same.
enum class Precision { float32, int8 };

// The .onnx file of the Universal Sentence Encoder Lite (Cer et al. 2018, arXiv:1803.11175): a
// transformer of two layers over at most 128 pieces, the mean over the pieces, a tanh layer, unit
// length.
//   in:  ids int64 [batch, length], lengths int64 [batch]: the valid pieces of each row; what
//        follows them in `ids` is ignored but must be valid ids
//   out: embeddings float [batch, 512]
// Fails with `invalid` when a weight is missing or has another shape.
Result<std::string> make_encoder_model(const TensorArchive& weights,
                                       Precision precision = Precision::float32);

}  // namespace aiva::convert
