#include "onnx_writer/onnx_graph.h"

#include <bit>

namespace aiva::convert {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is little-endian");

constexpr std::int64_t ir_version = 8;
constexpr std::int64_t opset_version = 17;
constexpr std::string_view runtime_domain = "com.microsoft";
constexpr std::int64_t runtime_opset_version = 1;

// Field numbers of onnx.proto
// (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
struct ModelField {
  static constexpr int ir_version = 1, producer_name = 2, graph = 7, opset_import = 8,
                       metadata_props = 14;
};
struct GraphField {
  static constexpr int node = 1, name = 2, initializer = 5, input = 11, output = 12;
};
struct NodeField {
  static constexpr int input = 1, output = 2, name = 3, op_type = 4, attribute = 5, domain = 7;
};
struct AttributeField {
  static constexpr int name = 1, f = 2, i = 3, ints = 8, type = 20;
  static constexpr std::int64_t type_float = 1, type_int = 2, type_ints = 7;
};
struct TensorField {
  static constexpr int dims = 1, data_type = 2, name = 8, raw_data = 9;
};

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

// ValueInfoProto: name and TypeProto.tensor_type with its shape.
WireMessage describe_value(std::string_view name, ElementType type,
                           const std::vector<Dimension>& shape) {
  WireMessage dimensions;
  for (const auto& dimension : shape) {
    WireMessage entry;
    if (const auto* size = std::get_if<std::int64_t>(&dimension))
      entry.add_integer(1, *size);
    else
      entry.add_bytes(2, std::get<std::string>(dimension));
    dimensions.add_message(1, entry);
  }
  WireMessage tensor_type;
  tensor_type.add_integer(1, static_cast<std::int64_t>(type));
  tensor_type.add_message(2, dimensions);
  WireMessage type_message;
  type_message.add_message(1, tensor_type);
  WireMessage value;
  value.add_bytes(1, name);
  value.add_message(2, type_message);
  return value;
}

WireMessage describe_attribute(const Attribute& attribute) {
  WireMessage message;
  message.add_bytes(AttributeField::name, attribute.name);
  if (const auto* integer = std::get_if<std::int64_t>(&attribute.value)) {
    message.add_integer(AttributeField::i, *integer);
    message.add_integer(AttributeField::type, AttributeField::type_int);
  } else if (const auto* number = std::get_if<float>(&attribute.value)) {
    message.add_float(AttributeField::f, *number);
    message.add_integer(AttributeField::type, AttributeField::type_float);
  } else {
    for (auto entry : std::get<std::vector<std::int64_t>>(attribute.value))
      message.add_integer(AttributeField::ints, entry);
    message.add_integer(AttributeField::type, AttributeField::type_ints);
  }
  return message;
}

}  // namespace

std::string OnnxGraph::add_input(std::string name, ElementType type,
                                 const std::vector<Dimension>& shape) {
  inputs_.add_message(GraphField::input, describe_value(name, type, shape));
  return name;
}

void OnnxGraph::add_output(std::string name, ElementType type,
                           const std::vector<Dimension>& shape) {
  outputs_.add_message(GraphField::output, describe_value(name, type, shape));
}

void OnnxGraph::add_initializer(std::string_view name, ElementType type,
                                std::span<const std::int64_t> shape, std::string_view bytes) {
  WireMessage tensor;
  for (auto size : shape) tensor.add_integer(TensorField::dims, size);
  tensor.add_integer(TensorField::data_type, static_cast<std::int64_t>(type));
  tensor.add_bytes(TensorField::name, name);
  tensor.add_bytes(TensorField::raw_data, bytes);
  initializers_.add_message(GraphField::initializer, tensor);
}

std::string OnnxGraph::add_floats(std::string name, std::span<const std::int64_t> shape,
                                  std::span<const float> values) {
  add_initializer(name, ElementType::float32, shape, bytes_of(values));
  return name;
}

std::string OnnxGraph::add_bytes(std::string name, std::span<const std::int64_t> shape,
                                 std::span<const std::int8_t> values) {
  add_initializer(name, ElementType::int8, shape, bytes_of(values));
  return name;
}

std::string OnnxGraph::add_integers(std::string name, std::span<const std::int64_t> values) {
  const auto size = static_cast<std::int64_t>(values.size());
  add_initializer(name, ElementType::int64, std::span(&size, 1), bytes_of(values));
  return name;
}

std::string OnnxGraph::add_integer(std::string name, std::int64_t value) {
  add_initializer(name, ElementType::int64, {}, bytes_of(std::span<const std::int64_t>(&value, 1)));
  return name;
}

std::string OnnxGraph::add_float(std::string name, float value) {
  add_initializer(name, ElementType::float32, {}, bytes_of(std::span<const float>(&value, 1)));
  return name;
}

std::string OnnxGraph::add_unsigned_byte(std::string name, std::uint8_t value) {
  add_initializer(name, ElementType::uint8, {}, bytes_of(std::span<const std::uint8_t>(&value, 1)));
  return name;
}

std::string OnnxGraph::add_node(std::string_view operation, const std::vector<std::string>& inputs,
                                std::string name, const std::vector<Attribute>& attributes) {
  add_node_with_outputs(operation, inputs, {name}, attributes);
  return name;
}

std::string OnnxGraph::add_runtime_node(std::string_view operation,
                                        const std::vector<std::string>& inputs, std::string name,
                                        const std::vector<Attribute>& attributes) {
  has_runtime_nodes_ = true;
  write_node(operation, runtime_domain, inputs, {name}, attributes);
  return name;
}

void OnnxGraph::add_node_with_outputs(std::string_view operation,
                                      const std::vector<std::string>& inputs,
                                      const std::vector<std::string>& names,
                                      const std::vector<Attribute>& attributes) {
  write_node(operation, {}, inputs, names, attributes);
}

void OnnxGraph::write_node(std::string_view operation, std::string_view domain,
                           const std::vector<std::string>& inputs,
                           const std::vector<std::string>& names,
                           const std::vector<Attribute>& attributes) {
  WireMessage node;
  for (const auto& input : inputs) node.add_bytes(NodeField::input, input);
  for (const auto& output : names) node.add_bytes(NodeField::output, output);
  node.add_bytes(NodeField::name, names.front());
  node.add_bytes(NodeField::op_type, operation);
  for (const auto& attribute : attributes)
    node.add_message(NodeField::attribute, describe_attribute(attribute));
  if (!domain.empty()) node.add_bytes(NodeField::domain, domain);
  nodes_.add_message(GraphField::node, node);
}

std::string OnnxGraph::to_model(
    std::string_view graph_name,
    const std::vector<std::pair<std::string, std::string>>& metadata) const {
  WireMessage name;
  name.add_bytes(GraphField::name, graph_name);
  // Messages of one parent may be joined end to end, so the lists need no second copy each.
  const std::string graph =
      nodes_.bytes() + name.bytes() + initializers_.bytes() + inputs_.bytes() + outputs_.bytes();
  auto describe_opset = [](std::string_view domain, std::int64_t version) {
    WireMessage opset;
    opset.add_bytes(1, domain);
    opset.add_integer(2, version);
    return opset;
  };

  WireMessage model;
  model.add_integer(ModelField::ir_version, ir_version);
  model.add_bytes(ModelField::producer_name, "aiva");
  model.add_bytes(ModelField::graph, graph);
  model.add_message(ModelField::opset_import, describe_opset("", opset_version));
  if (has_runtime_nodes_)
    model.add_message(ModelField::opset_import,
                      describe_opset(runtime_domain, runtime_opset_version));
  for (const auto& [key, value] : metadata) {
    WireMessage entry;
    entry.add_bytes(1, key);
    entry.add_bytes(2, value);
    model.add_message(ModelField::metadata_props, entry);
  }
  return model.bytes();
}

}  // namespace aiva::convert
