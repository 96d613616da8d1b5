// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/decisionlayout.h"

#include <algorithm>

namespace orrery::ui {
namespace {

/// The outline of a subtree, relative to its root: leftmost and rightmost place in each layer below it.
struct Outline {
    std::vector<double> left, right;
};

/// How far right the second has to stand so that it is a node's width away from the first in every layer.
double distance(const Outline &first, const Outline &second)
{
    double needed = 0;
    const std::size_t common = std::min(first.right.size(), second.left.size());
    for (std::size_t layer = 0; layer < common; ++layer)
        needed = std::max(needed, first.right[layer] - second.left[layer] + 1);
    return needed;
}

/// The outline of both, the second moved right by `shift`.
void join(Outline &all, const Outline &next, double shift)
{
    for (std::size_t layer = 0; layer < next.left.size(); ++layer) {
        if (layer < all.left.size()) {
            all.left[layer] = std::min(all.left[layer], next.left[layer] + shift);
            all.right[layer] = std::max(all.right[layer], next.right[layer] + shift);
        } else {
            all.left.push_back(next.left[layer] + shift);
            all.right.push_back(next.right[layer] + shift);
        }
    }
}

} // namespace

std::vector<DecisionPlace> layOutForest(const std::vector<int> &parents)
{
    const std::size_t count = parents.size();
    std::vector<DecisionPlace> places(count);
    std::vector<std::vector<std::size_t>> children(count + 1); // the last one: of no node
    for (std::size_t i = 0; i < count; ++i)
        children[parents[i] < 0 ? count : static_cast<std::size_t>(parents[i])].push_back(i);
    // From the top down, so that backwards is from the bottom up; without recursion, since chains may be long.
    std::vector<std::size_t> order;
    for (const std::size_t root : children[count])
        order.push_back(root);
    for (std::size_t next = 0; next < order.size(); ++next) {
        for (const std::size_t child : children[order[next]]) {
            places[child].layer = places[order[next]].layer + 1;
            order.push_back(child);
        }
    }

    std::vector<double> offset(count, 0.0); // from the parent
    std::vector<Outline> outlines(count);
    const auto pack = [&](const std::vector<std::size_t> &row, Outline &all) {
        std::vector<double> at;
        for (const std::size_t child : row) {
            at.push_back(distance(all, outlines[child]));
            join(all, outlines[child], at.back());
            outlines[child] = {}; // no longer needed
        }
        return at;
    };
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
        const auto &row = children[*it];
        Outline below;
        const std::vector<double> at = pack(row, below);
        const double middle = at.empty() ? 0 : (at.front() + at.back()) / 2;
        for (std::size_t i = 0; i < row.size(); ++i)
            offset[row[i]] = at[i] - middle;
        Outline &own = outlines[*it];
        own.left.push_back(0);
        own.right.push_back(0);
        for (std::size_t layer = 0; layer < below.left.size(); ++layer) {
            own.left.push_back(below.left[layer] - middle);
            own.right.push_back(below.right[layer] - middle);
        }
    }
    Outline all;
    const std::vector<double> at = pack(children[count], all);
    for (std::size_t i = 0; i < at.size(); ++i)
        offset[children[count][i]] = at[i];
    for (const std::size_t i : order)
        places[i].x =
            offset[i] + (parents[i] < 0 ? 0 : places[static_cast<std::size_t>(parents[i])].x);
    double leftmost = 0;
    for (const DecisionPlace &place : places)
        leftmost = std::min(leftmost, place.x);
    for (DecisionPlace &place : places)
        place.x -= leftmost;
    return places;
}

} // namespace orrery::ui
