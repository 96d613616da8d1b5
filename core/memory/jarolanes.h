// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace orrery::memory {

/// What JaroPattern does with one text, for four texts at once, in the four 64-bit lanes of a register. From one step to
/// the next each text waits for four operations, so four side by side take hardly longer than one. Exact: the same pairs
/// and transpositions. Stateless, any thread.
struct JaroLanes {
    static constexpr std::size_t kTexts = 4;
    static constexpr std::size_t kMostSteps = 1024; ///< clusters of a text that are looked at

    /// The text that the others are compared with: 1…64 clusters.
    struct Pattern {
        const std::uint64_t *masks; ///< places of each cluster; 256
        const std::uint8_t
            *bytes; ///< the clusters; of those that are no byte, anything. 64 may be read
        std::size_t size;
    };
    struct Matches {
        std::size_t count[kTexts];
        std::uint64_t used[kTexts]; ///< places that were taken
        /// Clusters that took one: of 64 each, the first in the highest bit.
        std::uint64_t taken[kTexts][kMostSteps / 64];
    };
    using Text = std::span<const std::uint8_t>;

    /// Clusters of the other text beyond which no place is in reach.
    static std::size_t steps(std::size_t size, std::size_t otherSize);

    /// None of the texts is empty or has more than kMostSteps steps.
    void (*match)(const Pattern &pattern, const Text *texts, Matches &matches);
    /// At how many places the two matched sequences differ.
    std::size_t (*transposed)(const Pattern &pattern, Text text, std::uint64_t used,
                              const std::uint64_t *taken);
};

/// Null where the processor that we run on has none (it needs AVX2).
const JaroLanes *jaroLanes();

} // namespace orrery::memory
