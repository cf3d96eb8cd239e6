#include "adapters/onnx/internal/onnx_session.h"

#include <dlfcn.h>
#include <onnxruntime_c_api.h>

#include <vector>

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

Result<Owned<OrtSessionOptions>> make_session_options(const OrtApi& api,
                                                      ExecutionProvider provider) {
  auto checked = [&api](OrtStatus* status) {
    return check(api, ErrorCode::unavailable, "ONNX Runtime refuses its options", status);
  };
  OrtSessionOptions* raw = nullptr;
  TRY_VOID(checked(api.CreateSessionOptions(&raw)));
  Owned<OrtSessionOptions> options(raw, {api.ReleaseSessionOptions});
  // The caller's threads are the only ones; memory goes back to the system after each run.
  TRY_VOID(checked(api.SetIntraOpNumThreads(raw, 1)));
  TRY_VOID(checked(api.SetInterOpNumThreads(raw, 1)));
  TRY_VOID(checked(api.SetSessionExecutionMode(raw, ORT_SEQUENTIAL)));
  TRY_VOID(checked(api.SetSessionGraphOptimizationLevel(raw, ORT_ENABLE_ALL)));
  TRY_VOID(checked(api.DisableCpuMemArena(raw)));
  TRY_VOID(checked(api.DisableMemPattern(raw)));
  TRY_VOID(choose_provider(api, raw, provider));
  return options;
}

}  // namespace

OnnxSession::OnnxSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
OnnxSession::~OnnxSession() = default;

Result<std::unique_ptr<OnnxSession>> OnnxSession::open(const std::filesystem::path& library,
                                                       const std::filesystem::path& model,
                                                       ExecutionProvider provider) {
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
  OrtMemoryInfo* memory = nullptr;
  TRY_VOID(checked(api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory)));
  state->memory = {memory, {api->ReleaseMemoryInfo}};
  TRY(auto options, make_session_options(*api, provider));
  OrtSession* session = nullptr;
  TRY_VOID(checked(api->CreateSession(env, model.c_str(), options.get(), &session)));
  state->session = {session, {api->ReleaseSession}};
  return std::unique_ptr<OnnxSession>(new OnnxSession(std::move(state)));
}

Result<void> OnnxSession::run(std::span<const OnnxInput> inputs,
                              std::span<const OnnxOutput> outputs) const {
  const auto& api = *state_->api;
  auto checked = [&api](OrtStatus* status) {
    return check(api, ErrorCode::internal, "The model could not be run", status);
  };
  std::vector<Owned<OrtValue>> tensors;
  auto wrap = [&](const void* data, std::size_t bytes, std::span<const std::int64_t> shape,
                  ONNXTensorElementDataType type) -> Result<OrtValue*> {
    OrtValue* tensor = nullptr;
    // The C API takes inputs as pointers to mutable data, but only reads them.
    TRY_VOID(checked(
        api.CreateTensorWithDataAsOrtValue(state_->memory.get(), const_cast<void*>(data), bytes,
                                           shape.data(), shape.size(), type, &tensor)));
    tensors.emplace_back(tensor, Releaser<OrtValue>{api.ReleaseValue});
    return tensor;
  };
  std::vector<const OrtValue*> values;
  std::vector<const char*> names;
  for (const auto& input : inputs) {
    bool is_float = !input.floats.empty();
    const void* data = is_float ? static_cast<const void*>(input.floats.data())
                                : static_cast<const void*>(input.values.data());
    auto bytes = is_float ? input.floats.size_bytes() : input.values.size_bytes();
    TRY(const auto* tensor,
        wrap(data, bytes, input.shape,
             is_float ? ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT : ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64));
    values.push_back(tensor);
    names.push_back(input.name);
  }
  std::vector<OrtValue*> results;
  std::vector<const char*> result_names;
  for (const auto& output : outputs) {
    TRY(auto* result, wrap(output.values.data(), output.values.size_bytes(), output.shape,
                           ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
    results.push_back(result);
    result_names.push_back(output.name);
  }
  return checked(api.Run(state_->session.get(), nullptr, names.data(), values.data(), values.size(),
                         result_names.data(), result_names.size(), results.data()));
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
