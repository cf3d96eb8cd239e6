#include "adapters/onnx/internal/onnx_session.h"

#include <dlfcn.h>
#include <onnxruntime_c_api.h>
#include <onnxruntime_session_options_config_keys.h>

#include <vector>

#include "adapters/onnx/byte_products.h"

namespace aiva {
namespace {

// Frees an object of ONNX Runtime with the function its API names for it.
template <class T>
struct Releaser {
  void (*release)(T*) = nullptr;
  void operator()(T* object) const { release(object); }
};
template <class T>
using Owned = std::unique_ptr<T, Releaser<T>>;

// Success, or an error of `code` whose cause is what ONNX Runtime said.
Result<void> check(const OrtApi& api, ErrorCode code, const char* message, OrtStatus* status) {
  if (status == nullptr) return {};
  auto failure = fail(code, message, api.GetErrorMessage(status));
  api.ReleaseStatus(status);
  return failure;
}

Result<const OrtApi*> open_library(const std::filesystem::path& path) {
  // Never closed: ONNX Runtime keeps thread-local state that outlives its sessions.
  void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  const char* const message = "ONNX Runtime cannot be loaded";
  if (library == nullptr) return fail(ErrorCode::unavailable, message, dlerror());
  using GetApiBase = const OrtApiBase* (*)();
  auto get_api_base = reinterpret_cast<GetApiBase>(dlsym(library, "OrtGetApiBase"));
  if (get_api_base == nullptr)
    return fail(ErrorCode::unavailable, message, path.string() + " is no ONNX Runtime");
  const auto* api = get_api_base()->GetApi(ORT_API_VERSION);
  if (api == nullptr)
    return fail(ErrorCode::unavailable, message,
                path.string() + " is too old: version " + get_api_base()->GetVersionString());
  return api;
}

}  // namespace

struct OnnxSession::State {
  const OrtApi* api = nullptr;
  Owned<OrtEnv> env;
  Owned<OrtMemoryInfo> memory;
  Owned<OrtSession> session;
};

namespace {

bool offers_cuda(const OrtApi& api) {
  char** names = nullptr;
  int count = 0;
  if (auto* status = api.GetAvailableProviders(&names, &count)) {
    api.ReleaseStatus(status);
    return false;
  }
  bool is_offered = false;
  for (int i = 0; i < count; ++i)
    is_offered |= std::string_view(names[i]) == "CUDAExecutionProvider";
  if (auto* status = api.ReleaseAvailableProviders(names, count)) api.ReleaseStatus(status);
  return is_offered;
}

// Has the session compute on the first NVIDIA card; what it cannot compute stays on the processor.
Result<void> append_cuda(const OrtApi& api, OrtSessionOptions* options) {
  auto checked = [&api](OrtStatus* status) {
    return check(api, ErrorCode::unavailable, "ONNX Runtime cannot use the graphics card", status);
  };
  OrtCUDAProviderOptionsV2* raw = nullptr;
  TRY_VOID(checked(api.CreateCUDAProviderOptions(&raw)));
  Owned<OrtCUDAProviderOptionsV2> cuda(raw, {api.ReleaseCUDAProviderOptions});
  return checked(api.SessionOptionsAppendExecutionProvider_CUDA_V2(options, raw));
}

Result<void> choose_provider(const OrtApi& api, OrtSessionOptions* options,
                             ExecutionProvider provider) {
  if (provider == ExecutionProvider::cpu) return {};
  if (!offers_cuda(api)) {
    if (provider == ExecutionProvider::automatic) return {};
    return fail(ErrorCode::unavailable, "ONNX Runtime cannot use the graphics card",
                "the library was built without CUDA");
  }
  auto appended = append_cuda(api, options);
  // A machine without a card or its driver computes on its processor.
  if (!appended && provider == ExecutionProvider::automatic) return {};
  return appended;
}

Result<Owned<OrtSessionOptions>> make_session_options(const OrtApi& api, ExecutionProvider provider,
                                                      OnnxMemory memory) {
  auto checked = [&api](OrtStatus* status) {
    return check(api, ErrorCode::unavailable, "ONNX Runtime refuses its options", status);
  };
  OrtSessionOptions* raw = nullptr;
  TRY_VOID(checked(api.CreateSessionOptions(&raw)));
  Owned<OrtSessionOptions> options(raw, {api.ReleaseSessionOptions});
  // The caller's threads are the only ones.
  TRY_VOID(checked(api.SetIntraOpNumThreads(raw, 1)));
  TRY_VOID(checked(api.SetInterOpNumThreads(raw, 1)));
  TRY_VOID(checked(api.SetSessionExecutionMode(raw, ORT_SEQUENTIAL)));
  TRY_VOID(checked(api.SetSessionGraphOptimizationLevel(raw, ORT_ENABLE_ALL)));
  TRY_VOID(checked(api.DisableMemPattern(raw)));
  // Older x86 processors would sum products of bytes in 16 bits and cut what does not fit. Newer
  // ones would be kept from their fast instructions by this.
  if (!has_fast_byte_products())
    TRY_VOID(checked(api.AddSessionConfigEntry(raw, kOrtSessionOptionsAvx2PrecisionMode, "1")));
  if (memory == OnnxMemory::lean)
    TRY_VOID(checked(api.DisableCpuMemArena(raw)));
  else
    TRY_VOID(checked(api.AddSessionConfigEntry(raw, kOrtSessionOptionsDisableQuantQDQ, "1")));
  TRY_VOID(choose_provider(api, raw, provider));
  return options;
}

}  // namespace

OnnxSession::OnnxSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
OnnxSession::~OnnxSession() = default;

Result<std::unique_ptr<OnnxSession>> OnnxSession::open(const std::filesystem::path& library,
                                                       const std::filesystem::path& model,
                                                       ExecutionProvider provider,
                                                       OnnxMemory memory) {
  TRY(const auto* api, open_library(library));
  auto checked = [api](OrtStatus* status) {
    return check(*api, ErrorCode::unavailable, "The ONNX model cannot be loaded", status);
  };
  auto state = std::make_unique<State>();
  state->api = api;
  // Failures come back as statuses; its own log lines would only say them twice.
  OrtEnv* env = nullptr;
  TRY_VOID(checked(api->CreateEnv(ORT_LOGGING_LEVEL_FATAL, "aiva", &env)));
  state->env = {env, {api->ReleaseEnv}};
  OrtMemoryInfo* place = nullptr;
  TRY_VOID(checked(api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &place)));
  state->memory = {place, {api->ReleaseMemoryInfo}};
  TRY(auto options, make_session_options(*api, provider, memory));
  OrtSession* session = nullptr;
  TRY_VOID(checked(api->CreateSession(env, model.c_str(), options.get(), &session)));
  state->session = {session, {api->ReleaseSession}};
  return std::unique_ptr<OnnxSession>(new OnnxSession(std::move(state)));
}

struct OnnxTensor::State {
  Owned<OrtValue> value;
  std::span<const float> floats;
  std::vector<std::int64_t> shape;
};

OnnxTensor::OnnxTensor(std::unique_ptr<State> state) : state_(std::move(state)) {}
OnnxTensor::OnnxTensor(OnnxTensor&&) noexcept = default;
OnnxTensor& OnnxTensor::operator=(OnnxTensor&&) noexcept = default;
OnnxTensor::~OnnxTensor() = default;

std::span<const float> OnnxTensor::floats() const { return state_->floats; }
std::span<const std::int64_t> OnnxTensor::shape() const { return state_->shape; }

namespace {

// Tensors over memory of the caller's, as long as a run lasts.
class Borrowed {
 public:
  Borrowed(const OrtApi& api, const OrtMemoryInfo* memory) : api_(api), memory_(memory) {}

  Result<OrtValue*> wrap(const void* data, std::size_t bytes, std::span<const std::int64_t> shape,
                         ONNXTensorElementDataType type) {
    OrtValue* tensor = nullptr;
    // The C API takes inputs as pointers to mutable data, but only reads them.
    TRY_VOID(check(api_, ErrorCode::internal, "The model could not be run",
                   api_.CreateTensorWithDataAsOrtValue(memory_, const_cast<void*>(data), bytes,
                                                       shape.data(), shape.size(), type, &tensor)));
    tensors_.emplace_back(tensor, Releaser<OrtValue>{api_.ReleaseValue});
    return tensor;
  }

  Result<OrtValue*> wrap(const OnnxInput& input) {
    if (input.flag != nullptr)
      return wrap(input.flag, sizeof(bool), input.shape, ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL);
    if (input.floats.data() != nullptr)
      return wrap(input.floats.data(), input.floats.size_bytes(), input.shape,
                  ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT);
    return wrap(input.values.data(), input.values.size_bytes(), input.shape,
                ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64);
  }

 private:
  const OrtApi& api_;
  const OrtMemoryInfo* memory_;
  std::vector<Owned<OrtValue>> tensors_;
};

}  // namespace

Result<void> OnnxSession::run_into(std::span<const OnnxInput> inputs,
                                   std::span<const char* const> names, OrtValue** results) const {
  const auto& api = *state_->api;
  Borrowed borrowed(api, state_->memory.get());
  std::vector<const OrtValue*> values;
  std::vector<const char*> input_names;
  for (const auto& input : inputs) {
    if (input.tensor != nullptr) {
      values.push_back(input.tensor->state_->value.get());
    } else {
      TRY(const auto* tensor, borrowed.wrap(input));
      values.push_back(tensor);
    }
    input_names.push_back(input.name);
  }
  return check(api, ErrorCode::internal, "The model could not be run",
               api.Run(state_->session.get(), nullptr, input_names.data(), values.data(),
                       values.size(), names.data(), names.size(), results));
}

Result<void> OnnxSession::run(std::span<const OnnxInput> inputs,
                              std::span<const OnnxOutput> outputs) const {
  Borrowed borrowed(*state_->api, state_->memory.get());
  std::vector<OrtValue*> results;
  std::vector<const char*> names;
  for (const auto& output : outputs) {
    TRY(auto* result, borrowed.wrap(output.values.data(), output.values.size_bytes(), output.shape,
                                    ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
    results.push_back(result);
    names.push_back(output.name);
  }
  return run_into(inputs, names, results.data());
}

Result<std::vector<OnnxTensor>> OnnxSession::run(std::span<const OnnxInput> inputs,
                                                 std::span<const char* const> outputs) const {
  const auto& api = *state_->api;
  auto checked = [&api](OrtStatus* status) {
    return check(api, ErrorCode::internal, "The model gave something else than expected", status);
  };
  std::vector<OrtValue*> results(outputs.size());
  auto ran = run_into(inputs, outputs, results.data());
  std::vector<OnnxTensor> tensors;
  for (auto* result : results) {
    auto state = std::make_unique<OnnxTensor::State>();
    state->value = {result, {api.ReleaseValue}};
    tensors.emplace_back(std::move(state));
  }
  TRY_VOID(std::move(ran));
  for (auto& tensor : tensors) {
    auto& state = *tensor.state_;
    OrtTensorTypeAndShapeInfo* raw = nullptr;
    TRY_VOID(checked(api.GetTensorTypeAndShape(state.value.get(), &raw)));
    Owned<OrtTensorTypeAndShapeInfo> info(raw, {api.ReleaseTensorTypeAndShapeInfo});
    ONNXTensorElementDataType type{};
    TRY_VOID(checked(api.GetTensorElementType(raw, &type)));
    if (type != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)
      return fail(ErrorCode::internal, "The model gave something else than expected");
    std::size_t dimensions = 0;
    TRY_VOID(checked(api.GetDimensionsCount(raw, &dimensions)));
    state.shape.resize(dimensions);
    TRY_VOID(checked(api.GetDimensions(raw, state.shape.data(), dimensions)));
    std::size_t count = 0;
    TRY_VOID(checked(api.GetTensorShapeElementCount(raw, &count)));
    void* data = nullptr;
    TRY_VOID(checked(api.GetTensorMutableData(state.value.get(), &data)));
    state.floats = {static_cast<const float*>(data), count};
  }
  return tensors;
}

std::optional<std::string> OnnxSession::metadata(const char* key) const {
  const auto& api = *state_->api;
  auto is_ok = [&api](OrtStatus* status) {
    if (status != nullptr) api.ReleaseStatus(status);
    return status == nullptr;
  };
  OrtModelMetadata* raw = nullptr;
  if (!is_ok(api.SessionGetModelMetadata(state_->session.get(), &raw))) return std::nullopt;
  Owned<OrtModelMetadata> model_metadata(raw, {api.ReleaseModelMetadata});
  OrtAllocator* allocator = nullptr;
  if (!is_ok(api.GetAllocatorWithDefaultOptions(&allocator))) return std::nullopt;
  char* value = nullptr;
  if (!is_ok(api.ModelMetadataLookupCustomMetadataMap(raw, allocator, key, &value)) ||
      value == nullptr)
    return std::nullopt;
  std::string text(value);
  allocator->Free(allocator, value);
  return text;
}

std::optional<std::size_t> OnnxSession::output_size() const {
  const auto& api = *state_->api;
  auto is_ok = [&api](OrtStatus* status) {
    if (status != nullptr) api.ReleaseStatus(status);
    return status == nullptr;
  };
  OrtTypeInfo* raw = nullptr;
  if (!is_ok(api.SessionGetOutputTypeInfo(state_->session.get(), 0, &raw))) return std::nullopt;
  Owned<OrtTypeInfo> type(raw, {api.ReleaseTypeInfo});
  const OrtTensorTypeAndShapeInfo* tensor = nullptr;
  if (!is_ok(api.CastTypeInfoToTensorInfo(raw, &tensor)) || tensor == nullptr) return std::nullopt;
  std::size_t count = 0;
  if (!is_ok(api.GetDimensionsCount(tensor, &count)) || count == 0) return std::nullopt;
  std::vector<std::int64_t> sizes(count);
  if (!is_ok(api.GetDimensions(tensor, sizes.data(), count)) || sizes.back() <= 0)
    return std::nullopt;
  return static_cast<std::size_t>(sizes.back());
}

Result<std::vector<OnnxPort>> OnnxSession::inputs() const { return ports(true); }
Result<std::vector<OnnxPort>> OnnxSession::outputs() const { return ports(false); }

Result<std::vector<OnnxPort>> OnnxSession::ports(bool is_input) const {
  const auto& api = *state_->api;
  auto* session = state_->session.get();
  auto checked = [&api](OrtStatus* status) {
    return check(api, ErrorCode::internal, "The ONNX model cannot be looked at", status);
  };
  OrtAllocator* allocator = nullptr;
  TRY_VOID(checked(api.GetAllocatorWithDefaultOptions(&allocator)));
  std::size_t count = 0;
  TRY_VOID(checked(is_input ? api.SessionGetInputCount(session, &count)
                            : api.SessionGetOutputCount(session, &count)));
  std::vector<OnnxPort> ports(count);
  for (std::size_t i = 0; i < count; ++i) {
    char* name = nullptr;
    TRY_VOID(checked(is_input ? api.SessionGetInputName(session, i, allocator, &name)
                              : api.SessionGetOutputName(session, i, allocator, &name)));
    ports[i].name = name;
    allocator->Free(allocator, name);
    OrtTypeInfo* raw = nullptr;
    TRY_VOID(checked(is_input ? api.SessionGetInputTypeInfo(session, i, &raw)
                              : api.SessionGetOutputTypeInfo(session, i, &raw)));
    Owned<OrtTypeInfo> type(raw, {api.ReleaseTypeInfo});
    const OrtTensorTypeAndShapeInfo* tensor = nullptr;
    TRY_VOID(checked(api.CastTypeInfoToTensorInfo(raw, &tensor)));
    if (tensor == nullptr) continue;
    ONNXTensorElementDataType element{};
    TRY_VOID(checked(api.GetTensorElementType(tensor, &element)));
    ports[i].is_float = element == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    std::size_t dimensions = 0;
    TRY_VOID(checked(api.GetDimensionsCount(tensor, &dimensions)));
    ports[i].shape.resize(dimensions);
    TRY_VOID(checked(api.GetDimensions(tensor, ports[i].shape.data(), dimensions)));
  }
  return ports;
}

}  // namespace aiva
