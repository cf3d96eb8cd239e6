#include "capabilities/notes/internal/notes_table.h"
