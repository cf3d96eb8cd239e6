#pragma once

#include <functional>

namespace aiva {

// A piece of work that runs once.
using Work = std::move_only_function<void()>;

// A place where work runs later: an event loop or a thread pool.
class Executor {
 public:
  virtual ~Executor() = default;

  // Runs `work` soon on this executor's own thread; never inside the call. Any thread may call.
  virtual void post(Work work) = 0;
};

}  // namespace aiva
