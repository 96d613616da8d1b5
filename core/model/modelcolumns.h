// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string_view>

namespace orrery {

/// A column of the table of providers and models (docs/PROVIDERS.md).
struct ModelColumn {
    enum class Kind { Text, Flag, Count, Texts, Names, Pattern, Choice };

    std::string_view name;
    Kind kind = Kind::Text;
    std::string_view meaning;                     ///< for people
    std::span<const std::string_view> words = {}; ///< of a choice
};

std::span<const ModelColumn> modelColumns();
std::span<const std::string_view> modelColumnNames();
const ModelColumn *findModelColumn(std::string_view name);

} // namespace orrery
