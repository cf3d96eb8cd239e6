#include <sqlite3.h>
#include <sys/types.h>

#include "foundation/result.h"
