#pragma once

namespace aiva {

// Where a model computes. `automatic`: on an NVIDIA card where the library can and there is one.
enum class ExecutionProvider { automatic, cpu, cuda };

}  // namespace aiva
