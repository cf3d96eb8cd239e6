#pragma once

#include <expected>
