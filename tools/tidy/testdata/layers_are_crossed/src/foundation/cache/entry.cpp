#include "ports/testing/fake_clock.h"
