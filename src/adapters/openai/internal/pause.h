#pragma once

#include "adapters/openai/openai.h"

namespace aiva::openai {

// Pauses timed by one thread, which starts with the first pause and ends with the last copy of the
// function, which must outlive every pause. A pause continues at its context's home.
Pause make_pause();

}  // namespace aiva::openai
