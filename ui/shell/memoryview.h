// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/searchoutcome.h"

#include <functional>

namespace orrery::ui {

class MemoryModel;
class MemoryPanel;

/// Brings the panel of the memory and its model together: the steps of the shown search, other rankings of it, and why
/// something is not among its results. `ask` gets the questions that the shown search cannot answer. Both must live as
/// long as each other.
void connectMemoryPanel(MemoryPanel &panel, MemoryModel &model,
                        std::function<void(const memory::SearchQuery &)> ask);

} // namespace orrery::ui
