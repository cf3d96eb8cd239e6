#include "capabilities/notes/notes.h"

#include <gtest/gtest.h>

#include "ports/testing/fake_clock.h"
