#pragma once

namespace aiva::app {

// The version of this program, as CHANGELOG.md names it.
inline constexpr const char* version = "0.1.0";

}  // namespace aiva::app
