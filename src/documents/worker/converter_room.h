#pragma once

#include <cstddef>
#include <string>

#include "foundation/result.h"

namespace aiva::documents {

// Where everything of a conversion lies, in memory.
inline constexpr const char* converter_room = "/work";

struct ConverterRoom {
  std::string program{};      // its installation is shown besides the system's programs
  std::size_t bytes_max = 0;  // of the files in `converter_room`
};

// Leaves the system's network, users, processes and mounts as `leave_namespaces` does; instead of
// an empty file system this process and those it forks get one with the system's programs, fonts
// and what they need, all of it read only, and the folder `converter_room`. No other file, socket
// or process can be named any more. Fails where the system does not permit it; then nothing hostile
// may be converted.
Result<void> move_into_converter_room(const ConverterRoom& room);

}  // namespace aiva::documents
