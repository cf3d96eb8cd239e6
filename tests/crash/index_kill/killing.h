#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "crash/index_kill/child.h"

namespace aiva::crash {

struct Told {
  Word word{};
  std::size_t slot = 0;
  std::int64_t version = 0;
};

// Starts this program with the arguments (and the descriptor its words go to behind them), kills it
// so long after it said `first` for the first time, and answers all it said. Empty when it ended by
// itself.
std::vector<Told> run_and_kill(const std::vector<std::string>& arguments, Word first,
                               std::chrono::milliseconds delay);

}  // namespace aiva::crash
