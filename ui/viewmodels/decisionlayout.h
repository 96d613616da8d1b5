// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace orrery::ui {

/// Where a node is drawn: layers count from the top, `x` in widths of a node from the left.
struct DecisionPlace {
    int layer = 0;
    double x = 0;
};

/// Places a forest in layers: parents above their children, in the middle of them; children in the order in which they
/// came; subtrees as near to each other as their outlines allow. `parents[i]` is the index of i's parent, or -1. A node
/// that comes last is the last child of its parent, so it moves nothing that is left of it. Cycles must have been cut.
/// O(nodes × layers) at worst.
std::vector<DecisionPlace> layOutForest(const std::vector<int> &parents);

} // namespace orrery::ui
