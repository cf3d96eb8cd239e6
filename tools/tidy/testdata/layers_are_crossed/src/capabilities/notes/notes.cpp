#include "capabilities/search/search.h"
