#pragma once

#include <string_view>

#include "foundation/error.h"

namespace aiva::mysql {

// What a failure means for the transaction it happened in.
enum class Trouble {
  none,       // the statement failed, the transaction goes on
  contended,  // a deadlock or a lock that was not to be had: the whole body may run again
  lost,       // there is no connection any more
  read_only,  // the server may not be written to: it is the primary no longer
};

Trouble trouble_of(unsigned code);

// The failure of a statement as callers see it, with the server's words as its cause.
Error mysql_error(unsigned code, std::string_view words, std::string_view sql);

}  // namespace aiva::mysql
