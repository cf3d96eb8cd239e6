#pragma once

#include "foundation/result.h"
