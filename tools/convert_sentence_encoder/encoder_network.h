#pragma once

#include <string>

#include "convert_sentence_encoder/tensor_archive.h"
#include "foundation/result.h"

namespace aiva::convert {

// The .onnx file of the Universal Sentence Encoder Lite (Cer et al. 2018, arXiv:1803.11175): a
// transformer of two layers over at most 128 pieces, the mean over the pieces, a tanh layer, unit
// length.
//   in:  ids int64 [batch, length], lengths int64 [batch]: the valid pieces of each row; what
//        follows them in `ids` is ignored but must be valid ids
//   out: embeddings float [batch, 512]
// Fails with `invalid` when a weight is missing or has another shape.
Result<std::string> make_encoder_model(const TensorArchive& weights);

}  // namespace aiva::convert
