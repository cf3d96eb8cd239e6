#include "onnx_writer/tensor_archive.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "foundation/json.h"

namespace aiva::convert {
namespace {

constexpr std::size_t elements_max = 64UL * 1024 * 1024;
constexpr std::size_t element_bytes = 4;  // float32 and int32 are all we read

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) return fail(ErrorCode::invalid, "Cannot read " + path.string());
  return text;
}

Result<void> append_shard(const std::filesystem::path& path, std::vector<float>& values) {
  std::error_code error;
  const auto bytes = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorCode::invalid, "Cannot read " + path.string());
  if (bytes % element_bytes != 0 || values.size() + bytes / element_bytes > elements_max)
    return fail(ErrorCode::invalid, path.string() + " has an unexpected size");
  const std::size_t start = values.size();
  values.resize(start + bytes / element_bytes);
  std::ifstream file(path, std::ios::binary);
  file.read(reinterpret_cast<char*>(values.data() + start), static_cast<std::streamsize>(bytes));
  if (!file) return fail(ErrorCode::invalid, "Cannot read " + path.string());
  return {};
}

Result<std::vector<std::int64_t>> read_shape(const json::Value& value) {
  const auto* sizes = value.if_array();
  if (sizes == nullptr) return fail(ErrorCode::invalid, "A tensor has no shape");
  std::vector<std::int64_t> shape;
  for (const auto& size : *sizes) {
    const auto* number = size.if_int64();
    if (number == nullptr || *number < 1 || *number > static_cast<std::int64_t>(elements_max))
      return fail(ErrorCode::invalid, "A tensor has a malformed shape");
    shape.push_back(*number);
  }
  return shape;
}

std::string read_text(const json::Object& object, std::string_view key) {
  const auto* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(value->get_string());
}

const json::Array* find_array(const json::Value& value, std::string_view key) {
  const auto* object = value.if_object();
  const auto* found = object == nullptr ? nullptr : object->if_contains(key);
  return found == nullptr ? nullptr : found->if_array();
}

bool is_file_name(std::string_view name) {
  return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
}

}  // namespace

Result<TensorArchive> TensorArchive::read(const std::filesystem::path& folder) {
  TRY(auto text, read_file(folder / "model.json"));
  TRY(auto document, json::parse(text));
  const auto* groups = find_array(document, "weightsManifest");
  if (groups == nullptr) return fail(ErrorCode::invalid, "model.json has no weightsManifest");

  TensorArchive archive;
  for (const auto& group : *groups) {
    const auto* paths = find_array(group, "paths");
    const auto* weights = find_array(group, "weights");
    if (paths == nullptr || weights == nullptr)
      return fail(ErrorCode::invalid, "A group of model.json lacks paths or weights");
    std::size_t offset = archive.values_.size();
    for (const auto& path : *paths) {
      const auto* name = path.if_string();
      if (name == nullptr || !is_file_name(*name))
        return fail(ErrorCode::invalid, "model.json names a malformed shard");
      TRY_VOID(append_shard(folder / std::string(*name), archive.values_));
    }
    for (const auto& weight : *weights) {
      const auto* fields = weight.if_object();
      if (fields == nullptr || !fields->contains("shape") || fields->contains("quantization"))
        return fail(ErrorCode::invalid, "model.json has a tensor of a kind not supported");
      Entry entry{.offset = offset, .count = 1};
      TRY(entry.shape, read_shape(fields->at("shape")));
      for (auto size : entry.shape) {
        entry.count *= static_cast<std::size_t>(size);
        if (entry.count > elements_max) return fail(ErrorCode::invalid, "A tensor is too large");
      }
      const auto type = read_text(*fields, "dtype");
      if (type != "float32" && type != "int32")
        return fail(ErrorCode::invalid, "A tensor has the unsupported type " + type);
      entry.is_float = type == "float32";
      offset += entry.count;
      if (offset > archive.values_.size())
        return fail(ErrorCode::invalid, "The shards are shorter than model.json says");
      archive.entries_[read_text(*fields, "name")] = std::move(entry);
    }
    if (offset != archive.values_.size())
      return fail(ErrorCode::invalid, "The shards are longer than model.json says");
  }
  return archive;
}

Result<std::span<const float>> TensorArchive::floats(std::string_view name,
                                                     std::span<const std::int64_t> shape) const {
  const auto found = entries_.find(name);
  if (found == entries_.end() || !found->second.is_float)
    return fail(ErrorCode::invalid, "The model has no tensor " + std::string(name));
  std::span<const std::int64_t> stored = found->second.shape;
  while (stored.size() > shape.size() && stored.front() == 1) stored = stored.subspan(1);
  if (!std::ranges::equal(stored, shape))
    return fail(ErrorCode::invalid, "The tensor " + std::string(name) + " has another shape");
  return std::span(values_).subspan(found->second.offset, found->second.count);
}

}  // namespace aiva::convert
