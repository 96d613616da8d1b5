// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/clusters.h"
#include "core/memory/jarolanes.h"

#include <array>
#include <span>

namespace orrery::memory {

/// Jaro similarity over extended grapheme clusters: 0 = nothing in common, 1 = equal. The arguments are compared as they
/// are, so lower-case them first if case is not to count. It follows Elixir 1.18: with la, lb the lengths and
/// D = ⌊max(la, lb)/2⌋, each cluster of `a` in turn takes the first free equal one of `b` less than D away; with m such
/// pairs and T places at which the two matched sequences differ it is (m/la + m/lb + (m − T/2)/m)/3.
double jaro(std::string_view a, std::string_view b);

/// Clusters of a text folded into 64 bits: no bit, no such cluster.
std::uint64_t clusterBits(std::span<const std::uint8_t> text);
std::uint64_t clusterBits(std::span<const std::uint32_t> text);

/// One text made ready to be compared with many. Exact: the scores have the same bits as those of jaro().
///
/// Two observations make it fast. Among equal clusters the pairs of the definition never cross, so they are found the
/// other way round as well: each cluster of the *other* text takes the first free place of this one; and with a bit mask
/// of the places of each cluster that is one bit operation for each cluster of the other text, O(length) in all for texts
/// of up to 64 clusters (Hyyrö's bit parallelism). And as the transpositions T only take away, m alone bounds the score:
/// what cannot exceed `floor` is left early, most often before the texts are compared at all.
///
/// Not thread-safe, because of its scratch space; the table must outlive it and learn nothing meanwhile.
class JaroPattern
{
public:
    /// `clusters` is one more than the highest number in any text that it will be compared with.
    JaroPattern(ClusterText text, std::size_t clusters);

    /// The score against a text whose `bits` are clusterBits() of it, or a negative number if it is not above `floor`.
    double score(std::span<const std::uint8_t> text, std::uint64_t bits, double floor);
    double score(std::span<const std::uint32_t> text, std::uint64_t bits, double floor);

    /// A text of bytes, with clusterBits() of it, and its score.
    struct Asked {
        std::span<const std::uint8_t> text;
        std::uint64_t bits = 0;
        double score = -1;
    };
    /// The same scores for up to kMostAsked texts, in less time.
    void scoreEach(std::span<Asked> asked, double floor);
    static constexpr std::size_t kMostAsked = 64;

private:
    void scoreFour(Asked *const *asked, double floor);
    bool mayExceed(double floor, double matches, std::size_t size, double transposed) const;
    /// As far as it can be said without comparing clusters: false = score() is `score`.
    template <typename Cluster>
    bool mustCompare(std::span<const Cluster> text, std::uint64_t bits, double floor,
                     double &score) const;
    template <typename Cluster>
    double scoreText(std::span<const Cluster> text, std::uint64_t bits, double floor);
    template <typename Cluster>
    std::size_t matchShort(std::span<const Cluster> text, std::size_t distance);
    template <typename Cluster>
    std::size_t matchLong(std::span<const Cluster> text, std::size_t distance);
    template <typename Cluster>
    bool equals(std::span<const Cluster> text) const;
    std::size_t mostMatches(std::uint64_t bits) const;

    std::vector<std::uint32_t> m_text;
    std::array<std::uint8_t, 64> m_bytes{};   ///< the first of them, as far as they are bytes
    std::size_t m_words;                      ///< 64-bit words for a set of places
    std::vector<std::uint64_t> m_masks;       ///< [cluster][word]: places of the cluster
    std::uint64_t m_bits = 0;                 ///< folded clusters of the text
    std::array<std::uint32_t, 64> m_counts{}; ///< number of places, by folded cluster
    std::size_t m_known = 0;                  ///< places of clusters that others may have
    std::vector<std::uint64_t> m_used;        ///< places taken
    std::vector<std::uint32_t>
        m_matched; ///< clusters of the other text that were taken, in its order
};

} // namespace orrery::memory
