#include "adapters/redis/redis_cache.h"
#include "foundation/ids.h"
#include "ports/testing/fake_clock.h"
