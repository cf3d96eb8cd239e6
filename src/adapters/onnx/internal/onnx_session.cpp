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

Result<Owned<OrtSessionOptions>> make_session_options(const OrtApi& api) {
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
  return options;
}

}  // namespace

OnnxSession::OnnxSession(std::unique_ptr<State> state) : state_(std::move(state)) {}
OnnxSession::~OnnxSession() = default;

Result<std::unique_ptr<OnnxSession>> OnnxSession::open(const std::filesystem::path& library,
                                                       const std::filesystem::path& model) {
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
  TRY(auto options, make_session_options(*api));
  OrtSession* session = nullptr;
  TRY_VOID(checked(api->CreateSession(env, model.c_str(), options.get(), &session)));
  state->session = {session, {api->ReleaseSession}};
  return std::unique_ptr<OnnxSession>(new OnnxSession(std::move(state)));
}

Result<void> OnnxSession::run(std::span<const OnnxInput> inputs, const OnnxOutput& output) const {
  const auto& api = *state_->api;
  auto checked = [&api](OrtStatus* status) {
    return check(api, ErrorCode::internal, "The model could not be run", status);
  };
  std::vector<Owned<OrtValue>> tensors;
  std::vector<const OrtValue*> values;
  std::vector<const char*> names;
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
  for (const auto& input : inputs) {
    TRY(const auto* tensor, wrap(input.values.data(), input.values.size_bytes(), input.shape,
                                 ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64));
    values.push_back(tensor);
    names.push_back(input.name);
  }
  TRY(auto* result, wrap(output.values.data(), output.values.size_bytes(), output.shape,
                         ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT));
  return checked(api.Run(state_->session.get(), nullptr, names.data(), values.data(), values.size(),
                         &output.name, 1, &result));
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

}  // namespace aiva
