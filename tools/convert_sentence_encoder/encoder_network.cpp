#include "convert_sentence_encoder/encoder_network.h"

#include <algorithm>
#include <cmath>

#include "onnx_writer/onnx_graph.h"

namespace aiva::convert {
namespace {

constexpr std::int64_t vocabulary_size = 8002;
constexpr std::int64_t length_max = 128;
constexpr std::int64_t embedding_size = 256;
constexpr std::int64_t hidden_size = 512;
constexpr std::int64_t inner_size = 1536;
constexpr std::int64_t heads = 4;
constexpr float norm_epsilon = 1e-6F;
constexpr float masked = -1e9F;
constexpr float int8_largest = 127;
constexpr float uint8_largest = 255;
constexpr float range_least = 1e-6F;  // of what is brought to bytes

// Where the tensors of the original graph live: variables folded by TensorFlow, constants of the
// transformer stack, and kernels kept as they were.
const std::string folded = "module_apply_default/Encoder_en/KonaTransformer/Encode/";
const std::string stack = folded + "TransformerStack/";
const std::string kept = "module/Encoder_en/KonaTransformer/Encode/";
const std::string merged = "/ConcatPartitions/concat";

std::vector<float> scaled(std::span<const float> values, float factor) {
  std::vector<float> result(values.begin(), values.end());
  for (auto& value : result) value *= factor;
  return result;
}

// Sinusoids of the positions: 128 sines, then 128 cosines of the same falling frequencies.
std::vector<float> make_positions(std::span<const float> frequencies) {
  std::vector<float> positions;
  positions.reserve(length_max * embedding_size);
  for (std::int64_t position = 0; position < length_max; ++position) {
    for (float frequency : frequencies)
      positions.push_back(std::sin(static_cast<float>(position) * frequency));
    for (float frequency : frequencies)
      positions.push_back(std::cos(static_cast<float>(position) * frequency));
  }
  return positions;
}

class EncoderNetwork {
 public:
  EncoderNetwork(const TensorArchive& weights, Precision precision)
      : weights_(weights), precision_(precision) {}

  Result<std::string> build() {
    ids_ = graph_.add_input("ids", ElementType::int64, {"batch", "length"});
    lengths_ = graph_.add_input("lengths", ElementType::int64, {"batch"});
    add_constants();
    add_masks();
    TRY(auto x, add_embedding());
    TRY(x, add_layer(0, x, embedding_size));
    TRY(x, add_layer(1, x, hidden_size));
    TRY_VOID(add_pooling(x));
    std::vector<std::pair<std::string, std::string>> metadata{
        {"model", "universal-sentence-encoder-lite"}, {"tokens_max", std::to_string(length_max)}};
    // Bytes are scaled by the largest value of a run: with two texts in it one would sway the
    // other.
    if (precision_ == Precision::int8) metadata.emplace_back("rows_max", "1");
    return graph_.to_model("universal_sentence_encoder_lite", metadata);
  }

 private:
  void add_constants() {
    zero_ = graph_.add_integers("zero", std::vector<std::int64_t>{0});
    one_ = graph_.add_integers("one", std::vector<std::int64_t>{1});
  }

  // attention_bias [batch, 1, 1, length]: 0 for a piece, a large negative number for padding.
  // mean_weights [batch, 1, length]: 1 / pieces for a piece, 0 for padding.
  void add_masks() {
    length_ = graph_.add_node("Shape", {ids_}, "length", {{"start", 1}, {"end", 2}});
    auto length = graph_.add_node("Squeeze", {length_, zero_}, "length_scalar");
    auto places = graph_.add_node(
        "Range",
        {graph_.add_integer("range_start", 0), length, graph_.add_integer("range_step", 1)},
        "places");
    auto column = graph_.add_node("Unsqueeze", {lengths_, one_}, "lengths_column");
    auto is_piece = graph_.add_node("Less", {places, column}, "is_piece");
    auto bias = graph_.add_node(
        "Where", {is_piece, graph_.add_float("kept", 0), graph_.add_float("masked", masked)},
        "mask_bias");
    auto axes = graph_.add_integers("axes_1_2", std::vector<std::int64_t>{1, 2});
    attention_bias_ = graph_.add_node("Unsqueeze", {bias, axes}, "attention_bias");

    auto pieces = graph_.add_node("Max", {column, one_}, "pieces");
    auto divisor = graph_.add_node("Cast", {pieces}, "divisor", {{"to", 1}});
    auto flags = graph_.add_node("Cast", {is_piece}, "piece_flags", {{"to", 1}});
    auto shares = graph_.add_node("Div", {flags, divisor}, "shares");
    mean_weights_ = graph_.add_node("Unsqueeze", {shares, one_}, "mean_weights");
  }

  // The original adds the position signal to the embedding and the sum to the embedding again:
  // twice the embedding plus the position.
  Result<std::string> add_embedding() {
    const std::vector<std::int64_t> table_shape{vocabulary_size, embedding_size};
    TRY(auto table, weights_.floats("module/Embeddings_en", table_shape));
    const std::vector<std::int64_t> half{embedding_size / 2};
    TRY(auto frequencies,
        weights_.floats(stack + "Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1", half));
    auto doubled = graph_.add_floats("embedding_table", table_shape, scaled(table, 2));
    auto embedded = graph_.add_node("Gather", {doubled, ids_}, "embedded");
    const std::vector<std::int64_t> position_shape{length_max, embedding_size};
    auto table_of_positions =
        graph_.add_floats("position_table", position_shape, make_positions(frequencies));
    auto positions =
        graph_.add_node("Slice", {table_of_positions, zero_, length_, zero_}, "positions");
    return graph_.add_node("Add", {embedded, positions}, "embedding");
  }

  // The tensor `source`, times `factor` in its first columns.
  Result<std::vector<float>> read_weight(const std::string& source,
                                         const std::vector<std::int64_t>& shape,
                                         std::int64_t scaled_columns, float factor) {
    TRY(auto values, weights_.floats(source, shape));
    std::vector<float> copy(values.begin(), values.end());
    const auto columns = static_cast<std::size_t>(shape.back());
    for (std::size_t row = 0; row < copy.size(); row += columns)
      for (std::size_t i = 0; i < static_cast<std::size_t>(scaled_columns); ++i)
        copy[row + i] *= factor;
    return copy;
  }

  Result<std::string> add_weight(const std::string& name, const std::string& source,
                                 const std::vector<std::int64_t>& shape,
                                 std::int64_t scaled_columns = 0, float factor = 1) {
    TRY(auto values, read_weight(source, shape, scaled_columns, factor));
    return graph_.add_floats(name, shape, values);
  }

  struct Dense {
    std::string name;
    std::string kernel;
    std::string bias;
    std::int64_t inputs = 0;
    std::int64_t outputs = 0;
    std::int64_t scaled_columns = 0;
    float factor = 1;
    std::string norm{};  // the normalisation before it, whose bias the offsets take in
    bool is_always_exact = false;
    bool rectifies = false;  // what is below zero counts as zero
  };
  Result<std::string> add_dense(const Dense& dense, const std::string& x) {
    const std::vector<std::int64_t> shape{dense.inputs, dense.outputs};
    TRY(auto kernel, read_weight(dense.kernel, shape, dense.scaled_columns, dense.factor));
    TRY(auto offsets, read_weight(dense.bias, {dense.outputs}, dense.scaled_columns, dense.factor));
    if (precision_ == Precision::int8 && !dense.is_always_exact) {
      if (!dense.norm.empty()) TRY_VOID(take_in_bias(dense, kernel, offsets));
      return add_quantised(dense, kernel, offsets, x);
    }
    const std::vector<std::int64_t> row{dense.outputs};
    auto bias = graph_.add_floats(dense.name + "/bias", row, offsets);
    auto constant = graph_.add_floats(dense.name + "/kernel", shape, kernel);
    auto product = graph_.add_node("MatMul", {x, constant}, dense.name + "/product");
    return graph_.add_node("Add", {product, bias}, dense.name);
  }

  // The product with a kernel of bytes, each column with a scale of its own; ONNX Runtime brings
  // what is multiplied with it to bytes when it runs.
  std::string add_quantised(const Dense& dense, const std::vector<float>& kernel,
                            const std::vector<float>& bias, const std::string& x) {
    const auto columns = static_cast<std::size_t>(dense.outputs);
    std::vector<float> scales(columns);
    for (std::size_t i = 0; i < kernel.size(); ++i)
      scales[i % columns] = std::max(scales[i % columns], std::abs(kernel[i]));
    for (auto& scale : scales) scale = scale > 0 ? scale / int8_largest : 1;
    std::vector<std::int8_t> bytes(kernel.size());
    for (std::size_t i = 0; i < kernel.size(); ++i)
      bytes[i] = static_cast<std::int8_t>(std::lround(kernel[i] / scales[i % columns]));
    const std::vector<std::int64_t> shape{dense.inputs, dense.outputs};
    const std::vector<std::int64_t> row{dense.outputs};
    auto weights = graph_.add_bytes(dense.name + "/kernel", shape, bytes);
    auto column_scales = graph_.add_floats(dense.name + "/scales", row, scales);
    auto zero_points =
        graph_.add_bytes(dense.name + "/zero_points", row, std::vector<std::int8_t>(columns));
    auto offsets = graph_.add_floats(dense.name + "/bias", row, bias);
    if (!dense.rectifies)
      return graph_.add_runtime_node("DynamicQuantizeMatMul",
                                     {x, weights, column_scales, zero_points, offsets}, dense.name);
    auto [bytes_of_x, scale, zero] = add_rectified_bytes(dense.name, x);
    return graph_.add_runtime_node(
        "MatMulIntegerToFloat",
        {bytes_of_x, weights, scale, column_scales, zero, zero_points, offsets}, dense.name);
  }

  struct Bytes {
    std::string values;
    std::string scale;
    std::string zero;
  };
  // x as bytes from zero up to its largest value. What is below zero becomes zero on the way, which
  // saves rectifying it before.
  Bytes add_rectified_bytes(const std::string& name, const std::string& x) {
    auto largest = graph_.add_node("ReduceMax", {x}, name + "/largest", {{"keepdims", 0}});
    auto least = graph_.add_float(name + "/range_least", range_least);
    auto range = graph_.add_node("Max", {largest, least}, name + "/range");
    auto step = graph_.add_float(name + "/step", 1 / uint8_largest);
    auto scale = graph_.add_node("Mul", {range, step}, name + "/input_scale");
    auto zero = graph_.add_unsigned_byte(name + "/input_zero", 0);
    return {graph_.add_node("QuantizeLinear", {x, scale, zero}, name + "/input"), scale, zero};
  }

  // Adds to the offsets what the bias of the normalisation before it comes to behind the kernel.
  Result<void> take_in_bias(const Dense& dense, const std::vector<float>& kernel,
                            std::vector<float>& offsets) {
    TRY(auto bias, read_weight(dense.norm + "bias" + merged, {dense.inputs}, 0, 1));
    for (std::size_t i = 0; i < kernel.size(); ++i)
      offsets[i % offsets.size()] += bias[i / offsets.size()] * kernel[i];
    return {};
  }

  static std::string norm_prefix(const std::string& source) {
    return folded + source + "layer_prepostprocess/layer_norm/layer_norm_";
  }

  // With bytes the bias is left to the kernel behind it, and the rest is written as
  // simple operations, which ONNX Runtime computes several times faster than its
  // LayerNormalization.
  std::string add_plain_norm(const std::string& name, const std::string& scale,
                             const std::string& x) {
    const std::vector<Attribute> by_row{{"axes", std::vector<std::int64_t>{-1}}, {"keepdims", 1}};
    auto mean = graph_.add_node("ReduceMean", {x}, name + "/mean", by_row);
    auto centred = graph_.add_node("Sub", {x, mean}, name + "/centred");
    auto squares = graph_.add_node("Mul", {centred, centred}, name + "/squares");
    auto epsilon = graph_.add_float(name + "/epsilon", norm_epsilon);
    auto variance = graph_.add_node("ReduceMean", {squares}, name + "/variance", by_row);
    auto raised = graph_.add_node("Add", {variance, epsilon}, name + "/raised");
    auto deviation = graph_.add_node("Sqrt", {raised}, name + "/deviation");
    auto factor = graph_.add_node("Reciprocal", {deviation}, name + "/factor");
    auto scaled = graph_.add_node("Mul", {centred, scale}, name + "/scaled");
    return graph_.add_node("Mul", {scaled, factor}, name);
  }

  Result<std::string> add_norm(const std::string& name, const std::string& source,
                               const std::string& x, std::int64_t size) {
    const auto prefix = norm_prefix(source);
    TRY(auto scale, add_weight(name + "/scale", prefix + "scale" + merged, {size}));
    if (precision_ == Precision::int8) return add_plain_norm(name, scale, x);
    TRY(auto bias, add_weight(name + "/bias", prefix + "bias" + merged, {size}));
    return graph_.add_node("LayerNormalization", {x, scale, bias}, name,
                           {{"axis", -1}, {"epsilon", norm_epsilon}});
  }

  Result<std::string> add_layer(int number, const std::string& x, std::int64_t size) {
    const auto name = "layer_" + std::to_string(number);
    const auto source = "Layer_" + std::to_string(number) + "/TransformerLayer/";
    TRY(auto normed, add_norm(name + "/attention_norm", source, x, size));
    TRY(auto attended, add_attention(name + "/attention", source, normed, size));
    auto residual = x;
    if (size != hidden_size) {
      TRY(residual, add_dense({.name = name + "/residual",
                               .kernel = folded + source + "dense/kernel" + merged,
                               .bias = folded + source + "dense/bias" + merged,
                               .inputs = size,
                               .outputs = hidden_size},
                              x));
    }
    auto sum = graph_.add_node("Add", {attended, residual}, name + "/attention_sum");
    TRY(auto transformed, add_feed_forward(name, source, sum));
    return graph_.add_node("Add", {transformed, sum}, name);
  }

  Result<std::string> add_attention(const std::string& name, const std::string& source,
                                    const std::string& x, std::int64_t size) {
    const std::int64_t head_size = size / heads;
    // The query columns carry the 1/sqrt(head size) of scaled dot-product attention.
    TRY(auto qkv,
        add_dense(
            {.name = name + "/qkv",
             .kernel = kept + source + "MultiheadAttention/qkv_transform_single/kernel/part_0",
             .bias = folded + source + "MultiheadAttention/qkv_transform_single/bias" + merged,
             .inputs = size,
             .outputs = 3 * size,
             .scaled_columns = size,
             .factor = 1 / std::sqrt(static_cast<float>(head_size)),
             .norm = norm_prefix(source)},
            x));
    auto shape = graph_.add_integers(name + "/heads_shape",
                                     std::vector<std::int64_t>{0, 0, 3 * heads, head_size});
    auto heads_last = graph_.add_node("Reshape", {qkv, shape}, name + "/heads_last");
    auto heads_first = graph_.add_node("Transpose", {heads_last}, name + "/heads_first",
                                       {{"perm", std::vector<std::int64_t>{0, 2, 1, 3}}});
    auto parts =
        graph_.add_integers(name + "/parts", std::vector<std::int64_t>{heads, heads, heads});
    graph_.add_node_with_outputs("Split", {heads_first, parts},
                                 {name + "/query", name + "/key", name + "/value"}, {{"axis", 1}});
    auto scores = add_scores(name);
    auto biased = graph_.add_node("Add", {scores, attention_bias_}, name + "/masked_scores");
    auto shares = graph_.add_node("Softmax", {biased}, name + "/shares", {{"axis", -1}});
    auto mixed = graph_.add_node("MatMul", {shares, name + "/value"}, name + "/mixed");
    auto back = graph_.add_node("Transpose", {mixed}, name + "/mixed_heads_last",
                                {{"perm", std::vector<std::int64_t>{0, 2, 1, 3}}});
    auto joined_shape =
        graph_.add_integers(name + "/joined_shape", std::vector<std::int64_t>{0, 0, size});
    auto joined = graph_.add_node("Reshape", {back, joined_shape}, name + "/joined");
    return add_dense(
        {.name = name + "/output",
         .kernel = kept + source + "MultiheadAttention/output_transform_single/kernel/part_0",
         .bias = folded + source + "MultiheadAttention/output_transform_single/bias" + merged,
         .inputs = size,
         .outputs = hidden_size},
        joined);
  }

  // Every query with every key.
  std::string add_scores(const std::string& name) {
    if (precision_ == Precision::int8)
      return graph_.add_runtime_node("FusedMatMul", {name + "/query", name + "/key"},
                                     name + "/scores", {{"transB", 1}});
    auto key = graph_.add_node("Transpose", {name + "/key"}, name + "/key_transposed",
                               {{"perm", std::vector<std::int64_t>{0, 1, 3, 2}}});
    return graph_.add_node("MatMul", {name + "/query", key}, name + "/scores");
  }

  Result<std::string> add_feed_forward(const std::string& layer, const std::string& source,
                                       const std::string& x) {
    const auto name = layer + "/feed_forward";
    TRY(auto normed, add_norm(name + "_norm", source + "FFN/", x, hidden_size));
    TRY(auto wide, add_dense({.name = name + "_wide",
                              .kernel = stack + source + "FFN/conv1/Tensordot/Reshape_1",
                              .bias = folded + source + "FFN/conv1/bias" + merged,
                              .inputs = hidden_size,
                              .outputs = inner_size,
                              .norm = norm_prefix(source + "FFN/")},
                             normed));
    bool is_bytes = precision_ == Precision::int8;
    auto rectified = is_bytes ? wide : graph_.add_node("Relu", {wide}, name + "_rectified");
    return add_dense({.name = name + "_narrow",
                      .kernel = stack + source + "FFN/conv2/Tensordot/Reshape_1",
                      .bias = folded + source + "FFN/conv2/bias" + merged,
                      .inputs = inner_size,
                      .outputs = hidden_size,
                      .rectifies = true},
                     rectified);
  }

  Result<void> add_pooling(const std::string& x) {
    auto row = graph_.add_node("MatMul", {mean_weights_, x}, "mean_row");
    auto mean = graph_.add_node("Squeeze", {row, one_}, "mean");
    TRY(auto dense, add_dense({.name = "tanh_layer",
                               .kernel = "module/Encoder_en/hidden_layers/tanh_layer_0/weights",
                               .bias = "module/Encoder_en/hidden_layers/tanh_layer_0/bias",
                               .inputs = hidden_size,
                               .outputs = hidden_size,
                               .is_always_exact = true},
                              mean));
    auto bounded = graph_.add_node("Tanh", {dense}, "bounded");
    auto norm = graph_.add_node("ReduceL2", {bounded}, "norm",
                                {{"axes", std::vector<std::int64_t>{1}}, {"keepdims", 1}});
    auto embeddings = graph_.add_node("Div", {bounded, norm}, "embeddings");
    graph_.add_output(embeddings, ElementType::float32, {"batch", hidden_size});
    return {};
  }

  const TensorArchive& weights_;
  Precision precision_;
  OnnxGraph graph_;
  std::string ids_, lengths_, length_;
  std::string zero_, one_;
  std::string attention_bias_, mean_weights_;
};

}  // namespace

Result<std::string> make_encoder_model(const TensorArchive& weights, Precision precision) {
  return EncoderNetwork(weights, precision).build();
}

}  // namespace aiva::convert
