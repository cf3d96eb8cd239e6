#include "capabilities/voice/call_places.h"

#include <utility>

#include "foundation/log.h"

namespace aiva::voice {
namespace {

constexpr std::chrono::seconds storing_time_max{5};

std::string name_in_cache(CallId call) { return "call-place:" + call.to_string(); }

}  // namespace

Task<void> CallPlaces::note(CallContext context, CallId call) const {
  if (address_.empty()) co_return;
  context.deadline = std::chrono::steady_clock::now() + storing_time_max;
  auto putting = cache_.put(context, name_in_cache(call), address_, lifetime_);
  auto put = co_await std::move(putting);
  if (!put) log::failure("A call can be followed from this process only", context, put.error());
}

Task<Result<std::optional<std::string>>> CallPlaces::find(CallContext context, CallId call) const {
  auto getting = cache_.get(std::move(context), name_in_cache(call));
  CO_TRY(auto address, co_await std::move(getting));
  if (address == address_) address.reset();  // it would be among the calls here
  co_return std::move(address);
}

}  // namespace aiva::voice
