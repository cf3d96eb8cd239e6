#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "onnx_writer/wire_format.h"

namespace aiva::convert {

// Element types of ONNX tensors, by their numbers in onnx.proto.
enum class ElementType : std::int64_t { float32 = 1, uint8 = 2, int8 = 3, int64 = 7 };

// A size known now, or the name of one known at run time.
using Dimension = std::variant<std::int64_t, std::string>;

struct Attribute {
  std::string name;
  std::variant<std::int64_t, float, std::vector<std::int64_t>> value;
};

// An ONNX graph under construction (https://github.com/onnx/onnx/blob/main/docs/IR.md). Every
// add_… returns the name of the value it makes; nodes must be added in an order that computes.
class OnnxGraph {
 public:
  std::string add_input(std::string name, ElementType type, const std::vector<Dimension>& shape);
  void add_output(std::string name, ElementType type, const std::vector<Dimension>& shape);

  std::string add_floats(std::string name, std::span<const std::int64_t> shape,
                         std::span<const float> values);
  std::string add_bytes(std::string name, std::span<const std::int64_t> shape,
                        std::span<const std::int8_t> values);
  // A one-dimensional constant.
  std::string add_integers(std::string name, std::span<const std::int64_t> values);
  // A constant with no dimension.
  std::string add_integer(std::string name, std::int64_t value);
  std::string add_float(std::string name, float value);
  std::string add_unsigned_byte(std::string name, std::uint8_t value);

  // A node with one output, which takes the name `name`.
  std::string add_node(std::string_view operation, const std::vector<std::string>& inputs,
                       std::string name, const std::vector<Attribute>& attributes = {});
  // A node of ONNX Runtime's own operations (domain com.microsoft).
  std::string add_runtime_node(std::string_view operation, const std::vector<std::string>& inputs,
                               std::string name, const std::vector<Attribute>& attributes = {});
  // A node with several outputs, which are called `names`.
  void add_node_with_outputs(std::string_view operation, const std::vector<std::string>& inputs,
                             const std::vector<std::string>& names,
                             const std::vector<Attribute>& attributes = {});

  // The bytes of the .onnx file; the same calls always give the same bytes.
  [[nodiscard]] std::string to_model(
      std::string_view graph_name,
      const std::vector<std::pair<std::string, std::string>>& metadata) const;

 private:
  void write_node(std::string_view operation, std::string_view domain,
                  const std::vector<std::string>& inputs, const std::vector<std::string>& names,
                  const std::vector<Attribute>& attributes);
  void add_initializer(std::string_view name, ElementType type, std::span<const std::int64_t> shape,
                       std::string_view bytes);

  WireMessage nodes_;
  WireMessage initializers_;
  WireMessage inputs_;
  WireMessage outputs_;
  bool has_runtime_nodes_ = false;
};

}  // namespace aiva::convert
