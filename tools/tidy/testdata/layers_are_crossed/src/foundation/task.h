#pragma once

#include "adapters/redis/redis_cache.h"
#include "ids.h"
