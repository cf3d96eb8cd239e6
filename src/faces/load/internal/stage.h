#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "faces/load/internal/caller.h"
#include "faces/load/plan.h"
#include "foundation/result.h"

namespace aiva::load {

// Says a line to the person who waits.
using Say = std::function<void(std::string_view)>;

// What a load is put on: made for it, in the tenant of the key. Ids are empty where nothing is.
struct Stage {
  std::string base{};
  std::string agent{};
  std::vector<std::string> documents{};
  bool has_images = false;
};

// Makes a knowledge base with documents that are read, images and an agent, as far as the mix needs
// them, and tries what the key must be allowed to do. What was made stays in `stage` when it fails.
Result<void> build_stage(Caller& caller, const Plan& plan, Stage& stage, const Say& say);

// Removes it with the sessions; says what cannot be removed, and gives up when the service is gone.
void remove_stage(Caller& caller, const Stage& stage, const std::vector<std::string>& sessions,
                  const Say& say);

}  // namespace aiva::load
