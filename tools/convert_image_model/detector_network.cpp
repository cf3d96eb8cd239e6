#include "convert_image_model/detector_network.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "convert_image_model/object_names.h"
#include "onnx_writer/onnx_graph.h"

namespace aiva::convert {
namespace {

constexpr std::int64_t classes = object_names.size();
constexpr float batch_norm_epsilon = 0.001F;
const std::string backbone = "FeatureExtractor/MobilenetV2/";

// The value of a graph that is a stack of square maps.
struct Maps {
  std::string value;
  std::int64_t channels = 0;
  std::int64_t side = 0;
};

struct ConvShape {
  std::int64_t channels = 0;  // of what comes out
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  bool is_depthwise = false;
};

class Builder {
 public:
  explicit Builder(const TensorArchive& weights) : weights_(weights) {
    graph_.add_float("zero", 0);
    graph_.add_float("six", 6);
  }

  OnnxGraph& graph() { return graph_; }

  Result<std::vector<float>> vector(const std::string& name, std::int64_t size) const {
    TRY(auto values, weights_.floats(name, std::array{size}));
    return std::vector<float>(values.begin(), values.end());
  }

  Result<float> number(const std::string& name) const {
    TRY(auto values, weights_.floats(name, {}));
    return values.front();
  }

  // A convolution whose weights are the tensor `weights`, each output times `scale` (where there is
  // one) plus `bias`.
  Result<Maps> convolve(const std::string& name, const Maps& in, const std::string& weights,
                        ConvShape shape, const std::vector<float>& scale,
                        const std::vector<float>& bias) {
    std::int64_t inputs = shape.is_depthwise ? 1 : in.channels;
    std::array<std::int64_t, 4> stored{shape.kernel, shape.kernel,
                                       shape.is_depthwise ? in.channels : inputs,
                                       shape.is_depthwise ? 1 : shape.channels};
    TRY(auto values, weights_.floats(weights, stored));
    auto ordered = reorder(values, inputs, shape, scale);
    graph_.add_floats(name + "/weights",
                      std::array{shape.channels, inputs, shape.kernel, shape.kernel}, ordered);
    graph_.add_floats(name + "/bias", std::array{shape.channels}, bias);
    // As TensorFlow pads: an odd pixel comes behind and below.
    auto side = (in.side + shape.stride - 1) / shape.stride;
    auto padding = std::max<std::int64_t>((side - 1) * shape.stride + shape.kernel - in.side, 0);
    auto before = padding / 2;
    auto after = padding - before;
    graph_.add_node("Conv", {in.value, name + "/weights", name + "/bias"}, name,
                    {{"kernel_shape", std::vector{shape.kernel, shape.kernel}},
                     {"strides", std::vector{shape.stride, shape.stride}},
                     {"pads", std::vector{before, before, after, after}},
                     {"group", shape.is_depthwise ? in.channels : std::int64_t{1}}});
    return Maps{.value = name, .channels = shape.channels, .side = side};
  }

  Maps clip(Maps maps) {
    maps.value = graph_.add_node("Clip", {maps.value, "zero", "six"}, maps.value + "/clipped");
    return maps;
  }

  // The layers of the backbone keep their weights already scaled, but for the depthwise ones.
  Result<Maps> mix(const std::string& layer, const Maps& in, std::int64_t channels,
                   std::int64_t kernel = 1, std::int64_t stride = 1) {
    TRY(auto bias, vector(layer + "/BatchNorm/batchnorm/sub", channels));
    return convolve(layer, in, layer + "/Conv2D/merged_input",
                    {.channels = channels, .kernel = kernel, .stride = stride}, {}, bias);
  }
  Result<Maps> spread(const std::string& layer, const Maps& in, std::int64_t stride) {
    TRY(auto scale, vector(layer + "/BatchNorm/batchnorm/mul", in.channels));
    TRY(auto bias, vector(layer + "/BatchNorm/batchnorm/sub", in.channels));
    return convolve(layer, in, layer + "/depthwise_weights",
                    {.channels = in.channels, .kernel = 3, .stride = stride, .is_depthwise = true},
                    scale, bias);
  }

 private:
  // From [y, x, in, out] (depthwise [y, x, out, 1]) to [out, in, y, x].
  static std::vector<float> reorder(std::span<const float> values, std::int64_t inputs,
                                    ConvShape shape, const std::vector<float>& scale) {
    auto area = static_cast<std::size_t>(shape.kernel * shape.kernel);
    auto ins = static_cast<std::size_t>(inputs);
    auto outs = static_cast<std::size_t>(shape.channels);
    std::vector<float> ordered(values.size());
    for (std::size_t place = 0; place < area; ++place)
      for (std::size_t in = 0; in < ins; ++in)
        for (std::size_t out = 0; out < outs; ++out)
          ordered[(out * ins + in) * area + place] =
              values[(place * ins + in) * outs + out] * (scale.empty() ? 1.0F : scale[out]);
    return ordered;
  }

  const TensorArchive& weights_;
  OnnxGraph graph_;
};

struct Block {
  std::int64_t channels = 0;
  std::int64_t stride = 1;
};
constexpr std::array blocks = {Block{16},  Block{24, 2}, Block{24}, Block{32, 2},  Block{32},
                               Block{32},  Block{64, 2}, Block{64}, Block{64},     Block{64},
                               Block{96},  Block{96},    Block{96}, Block{160, 2}, Block{160},
                               Block{160}, Block{320}};
constexpr std::size_t block_of_first_predictor = 13;
constexpr std::int64_t expansion = 6;

// What the class predictors look at, from fine to coarse; the second is the whole backbone's.
using Levels = std::vector<Maps>;

Result<Maps> add_block(Builder& builder, std::size_t number, const Maps& in, Levels& levels) {
  auto name = backbone + "expanded_conv" + (number == 0 ? "" : "_" + std::to_string(number));
  auto wide = in;
  if (number > 0) {
    TRY(wide, builder.mix(name + "/expand", in, in.channels * expansion));
    wide = builder.clip(std::move(wide));
  }
  if (number == block_of_first_predictor) levels.push_back(wide);
  TRY(auto spread, builder.spread(name + "/depthwise", wide, blocks[number].stride));
  TRY(auto out,
      builder.mix(name + "/project", builder.clip(std::move(spread)), blocks[number].channels));
  if (blocks[number].stride != 1 || in.channels != out.channels) return out;
  out.value = builder.graph().add_node("Add", {out.value, in.value}, name + "/sum");
  return out;
}

Result<Levels> add_backbone(Builder& builder, const Maps& pixels) {
  Levels levels;
  TRY(auto maps, builder.mix(backbone + "Conv", pixels, 32, 3, 2));
  maps = builder.clip(std::move(maps));
  for (std::size_t number = 0; number < blocks.size(); ++number) {
    TRY(maps, add_block(builder, number, maps, levels));
  }
  TRY(maps, builder.mix(backbone + "Conv_1", maps, vector_size));
  levels.push_back(builder.clip(std::move(maps)));
  return levels;
}

// Four more levels, each half the size of the one before.
Result<void> add_coarse_levels(Builder& builder, Levels& levels) {
  struct Layer {
    std::int64_t narrow = 0;
    std::int64_t channels = 0;
  };
  constexpr std::array layers = {Layer{256, 512}, Layer{128, 256}, Layer{128, 256}, Layer{64, 128}};
  int number = 2;
  for (const auto& layer : layers) {
    auto narrow = backbone + "layer_19_1_Conv2d_" + std::to_string(number) + "_1x1_" +
                  std::to_string(layer.narrow);
    auto halved = backbone + "layer_19_2_Conv2d_" + std::to_string(number++) + "_3x3_s2_" +
                  std::to_string(layer.channels);
    TRY(auto maps, builder.mix(narrow, levels.back(), layer.narrow));
    TRY(maps, builder.spread(halved + "_depthwise", builder.clip(std::move(maps)), 2));
    TRY(maps, builder.mix(halved, builder.clip(std::move(maps)), layer.channels));
    levels.push_back(builder.clip(std::move(maps)));
  }
  return {};
}

// The best logit of each class on one level: [batch, 1, classes].
Result<std::string> add_predictor(Builder& builder, std::size_t number, const Maps& in) {
  auto name = "BoxPredictor_" + std::to_string(number) + "/ClassPredictor";
  auto norm = name + "_depthwise/BatchNorm/";
  TRY(auto gamma, builder.vector(norm + "gamma", in.channels));
  TRY(auto bias, builder.vector(norm + "beta", in.channels));
  TRY(auto mean, builder.vector(norm + "moving_mean", in.channels));
  TRY(auto variance, builder.vector(norm + "moving_variance", in.channels));
  for (std::size_t i = 0; i < gamma.size(); ++i) {
    gamma[i] /= std::sqrt(variance[i] + batch_norm_epsilon);
    bias[i] -= mean[i] * gamma[i];
  }
  TRY(auto maps,
      builder.convolve(name + "_depthwise", in, name + "_depthwise/depthwise_weights",
                       {.channels = in.channels, .kernel = 3, .is_depthwise = true}, gamma, bias));
  std::int64_t anchors = number == 0 ? 3 : 6;
  TRY(auto biases, builder.vector(name + "/biases", anchors * classes));
  TRY(maps, builder.convolve(name, builder.clip(std::move(maps)), name + "/weights",
                             {.channels = anchors * classes}, {}, biases));
  auto& graph = builder.graph();
  auto shape =
      graph.add_integers(name + "/shape", std::array<std::int64_t, 4>{0, anchors, classes, -1});
  auto logits = graph.add_node("Reshape", {maps.value, shape}, name + "/logits");
  auto best = graph.add_node("ReduceMax", {logits}, name + "/best",
                             {{"axes", std::vector<std::int64_t>{1, 3}}, {"keepdims", 0L}});
  auto axis = graph.add_integers(name + "/axis", std::array<std::int64_t, 1>{1});
  return graph.add_node("Unsqueeze", {best, axis}, name + "/row");
}

// Rows of unit length.
std::string add_unit_rows(OnnxGraph& graph, const std::string& rows, const std::string& name) {
  auto length = graph.add_node("ReduceL2", {rows}, name + "/length",
                               {{"axes", std::vector<std::int64_t>{1}}, {"keepdims", 1L}});
  auto divisor = graph.add_node("Max", {length, "least"}, name + "/divisor");
  return graph.add_node("Div", {rows, divisor}, name);
}

void add_vectors(OnnxGraph& graph, const Maps& maps, std::span<const float> mean) {
  auto pooled = graph.add_node("ReduceMean", {maps.value}, "pooled",
                               {{"axes", std::vector<std::int64_t>{2, 3}}, {"keepdims", 0L}});
  graph.add_float("least", 1e-6F);
  auto common = graph.add_floats("common", std::array<std::int64_t, 1>{vector_size}, mean);
  auto centred =
      graph.add_node("Sub", {add_unit_rows(graph, pooled, "pooled_unit"), common}, "centred");
  add_unit_rows(graph, centred, "vectors");
  graph.add_output("vectors", ElementType::float32, {"batch", std::int64_t{vector_size}});
}

std::string join_names() {
  std::string names;
  for (auto name : object_names) names += std::string(name) + "\n";
  return names;
}

}  // namespace

Result<std::string> make_detector_model(const TensorArchive& weights, std::span<const float> mean) {
  if (mean.size() != vector_size)
    return fail(ErrorCode::invalid,
                "The mean must have " + std::to_string(vector_size) + " numbers");
  Builder builder(weights);
  auto& graph = builder.graph();
  constexpr std::int64_t side = picture_side;
  auto pixels =
      graph.add_input("pixels", ElementType::float32, {"batch", std::int64_t{3}, side, side});
  TRY(auto scale, builder.number("Preprocessor/mul/x"));
  TRY(auto shift, builder.number("Preprocessor/sub/y"));
  auto scaled = graph.add_node("Mul", {pixels, graph.add_float("scale", scale)}, "scaled");
  auto input = graph.add_node("Sub", {scaled, graph.add_float("shift", shift)}, "input");
  TRY(auto levels, add_backbone(builder, {.value = input, .channels = 3, .side = side}));
  add_vectors(graph, levels.back(), mean);
  TRY_VOID(add_coarse_levels(builder, levels));
  std::vector<std::string> rows;
  for (std::size_t number = 0; number < levels.size(); ++number) {
    TRY(auto row, add_predictor(builder, number, levels[number]));
    rows.push_back(std::move(row));
  }
  auto all = graph.add_node("Concat", rows, "rows", {{"axis", 1L}});
  auto best = graph.add_node("ReduceMax", {all}, "best",
                             {{"axes", std::vector<std::int64_t>{1}}, {"keepdims", 0L}});
  graph.add_node("Sigmoid", {best}, "scores");
  graph.add_output("scores", ElementType::float32, {"batch", classes});
  return graph.to_model("mobilenet_v2_ssd", {{"model", "mobilenet-v2-coco"},
                                             {"picture_side", std::to_string(picture_side)},
                                             {"objects", join_names()}});
}

}  // namespace aiva::convert
