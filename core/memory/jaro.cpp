// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/jaro.h"

#include <algorithm>
#include <bit>

namespace orrery::memory {

namespace {

template <typename Cluster>
std::uint64_t foldClusters(std::span<const Cluster> text)
{
    std::uint64_t bits = 0;
    for (const Cluster cluster : text)
        bits |= std::uint64_t(1) << (cluster & 63u);
    return bits;
}

std::span<const std::uint8_t> bytesOf(const ClusterText &text)
{
    return {reinterpret_cast<const std::uint8_t *>(text.bytes.data()), text.bytes.size()};
}

/// The formula of the score; with no transpositions it is the highest that so many matches can give.
double scoreOf(std::size_t matches, std::size_t transposed, std::size_t la, std::size_t lb)
{
    const double m = static_cast<double>(matches);
    return (m / static_cast<double>(la) + m / static_cast<double>(lb)
            + (m - static_cast<double>(transposed) / 2) / m)
           / 3;
}

} // namespace

std::uint64_t clusterBits(std::span<const std::uint8_t> text) { return foldClusters(text); }
std::uint64_t clusterBits(std::span<const std::uint32_t> text) { return foldClusters(text); }

double jaro(std::string_view a, std::string_view b)
{
    ClusterTable table;
    ClusterText other = table.learn(b);
    JaroPattern pattern(table.learn(a), table.size());
    const double score = other.plain ? pattern.score(bytesOf(other), ~std::uint64_t(0), 0)
                                     : pattern.score(other.ids, ~std::uint64_t(0), 0);
    return std::max(0.0, score);
}

JaroPattern::JaroPattern(ClusterText text, std::size_t clusters)
{
    if (text.plain)
        m_text.assign(bytesOf(text).begin(), bytesOf(text).end());
    else
        m_text = std::move(text.ids);
    for (std::size_t i = 0; i < std::min(m_text.size(), m_bytes.size()); ++i)
        m_bytes[i] = static_cast<std::uint8_t>(m_text[i]);
    m_words = (m_text.size() + 63) / 64;
    m_masks.assign(std::max<std::size_t>(clusters, 256) * m_words, 0);
    m_used.resize(m_words);
    m_matched.resize(m_text.size() + 1);
    for (std::size_t i = 0; i < m_text.size(); ++i) {
        const std::uint32_t cluster = m_text[i];
        if (cluster == ClusterTable::kUnknown)
            continue;
        m_masks[cluster * m_words + i / 64] |= std::uint64_t(1) << (i % 64);
        m_bits |= std::uint64_t(1) << (cluster & 63u);
        ++m_counts[cluster & 63u];
        ++m_known;
    }
}

double JaroPattern::score(std::span<const std::uint8_t> text, std::uint64_t bits, double floor)
{
    return scoreText(text, bits, floor);
}

double JaroPattern::score(std::span<const std::uint32_t> text, std::uint64_t bits, double floor)
{
    return scoreText(text, bits, floor);
}

std::size_t JaroPattern::mostMatches(std::uint64_t bits) const
{
    std::size_t most = m_known;
    for (std::uint64_t missing = m_bits & ~bits; missing; missing &= missing - 1)
        most -= m_counts[static_cast<std::size_t>(std::countr_zero(missing))];
    return most;
}

/// Whether scoreOf() may be above the floor: false only if it is not. Without division, of which that has four.
bool JaroPattern::mayExceed(double floor, double matches, std::size_t size, double transposed) const
{
    constexpr double slack = 1e-9; // a thousand times what rounding can do
    const double own = static_cast<double>(m_text.size());
    const double other = static_cast<double>(size);
    // Multiplied by both lengths and by the matches, of which there are some.
    return matches * matches * (own + other) + (matches - transposed / 2) * own * other
           > (3 * floor - slack) * own * other * matches;
}

template <typename Cluster>
bool JaroPattern::equals(std::span<const Cluster> text) const
{
    return std::equal(text.begin(), text.end(), m_text.begin(), m_text.end());
}

template <typename Cluster>
bool JaroPattern::mustCompare(std::span<const Cluster> text, std::uint64_t bits, double floor,
                              double &score) const
{
    const std::size_t la = m_text.size();
    const std::size_t lb = text.size();
    const bool isSame = la == lb && equals(text);
    score = isSame && floor < 1 ? 1 : -1;
    if (isSame)
        return false;
    const std::size_t most = std::min(mostMatches(bits), lb);
    return most > 0 && mayExceed(floor, static_cast<double>(most), lb, 0);
}

template <typename Cluster>
double JaroPattern::scoreText(std::span<const Cluster> text, std::uint64_t bits, double floor)
{
    double score = -1;
    if (!mustCompare(text, bits, floor, score))
        return score;
    const std::size_t la = m_text.size();
    const std::size_t lb = text.size();
    const std::size_t distance = std::max(la, lb) / 2;
    const std::size_t matches =
        m_words == 1 ? matchShort(text, distance) : matchLong(text, distance);
    if (matches == 0 || !mayExceed(floor, static_cast<double>(matches), lb, 0))
        return -1;
    std::size_t transposed = 0;
    const std::uint32_t *next = m_matched.data();
    for (std::size_t word = 0; word < m_words; ++word)
        for (std::uint64_t places = m_used[word]; places; places &= places - 1)
            transposed +=
                m_text[word * 64 + static_cast<std::size_t>(std::countr_zero(places))] != *next++;
    score = scoreOf(matches, transposed, la, lb);
    return score > floor ? score : -1;
}

void JaroPattern::scoreEach(std::span<Asked> asked, double floor)
{
    static const JaroLanes *const lanes = jaroLanes();
    std::array<Asked *, kMostAsked> compared;
    std::size_t count = 0;
    for (Asked &one : asked) {
        if (!lanes || m_words != 1
            || JaroLanes::steps(m_text.size(), one.text.size()) > JaroLanes::kMostSteps)
            one.score = score(one.text, one.bits, floor);
        else if (mustCompare(one.text, one.bits, floor, one.score))
            compared[count++] = &one;
    }
    // Of about the same length, so that they go together as long as they can.
    std::sort(compared.begin(), compared.begin() + count,
              [](const Asked *a, const Asked *b) { return a->text.size() < b->text.size(); });
    std::size_t at = 0;
    for (; at + JaroLanes::kTexts <= count; at += JaroLanes::kTexts)
        scoreFour(&compared[at], floor);
    for (; at < count; ++at)
        compared[at]->score = score(compared[at]->text, compared[at]->bits, floor);
}

void JaroPattern::scoreFour(Asked *const *asked, double floor)
{
    const JaroLanes &lanes = *jaroLanes();
    const std::size_t la = m_text.size();
    const JaroLanes::Pattern pattern{m_masks.data(), m_bytes.data(), la};
    JaroLanes::Text texts[JaroLanes::kTexts];
    for (std::size_t k = 0; k < JaroLanes::kTexts; ++k)
        texts[k] = asked[k]->text;
    JaroLanes::Matches matches;
    lanes.match(pattern, texts, matches);
    for (std::size_t k = 0; k < JaroLanes::kTexts; ++k) {
        asked[k]->score = -1;
        const std::size_t count = matches.count[k];
        const auto most = static_cast<double>(count);
        const std::size_t lb = texts[k].size();
        if (count == 0 || !mayExceed(floor, most, lb, 0))
            continue;
        const std::size_t transposed =
            lanes.transposed(pattern, texts[k], matches.used[k], matches.taken[k]);
        if (!mayExceed(floor, most, lb, static_cast<double>(transposed)))
            continue;
        if (const double score = scoreOf(count, transposed, la, lb); score > floor)
            asked[k]->score = score;
    }
}

/// Place i and position j of the text may match when |i − j| < distance.
template <typename Cluster>
std::size_t JaroPattern::matchShort(std::span<const Cluster> text, std::size_t distance)
{
    const std::uint64_t *masks = m_masks.data();
    // Beyond this the window has left all places behind.
    const std::size_t end = std::min(text.size(), distance + m_text.size() - 1);
    std::uint64_t free = ~std::uint64_t(0);
    std::size_t count = 0;
    // From one `free` to the next is what the steps wait for, so it is kept to four operations.
    const auto take = [&](std::size_t j, std::uint64_t window) {
        const Cluster cluster = text[j];
        const std::uint64_t places = (masks[cluster] & window) & free;
        free ^= places & (0 - places);
        m_matched[count] = cluster;
        count += places != 0;
    };
    // Bits of places that do not exist are in no mask, so the window needs its upper end only where it falls short of
    // the last place, and its lower end only from `distance` on.
    const std::size_t most = m_text.size();
    std::size_t j = 0;
    for (; j < end && j + distance < most; ++j)
        take(j, ((std::uint64_t(1) << (j + distance)) - 1)
                    & (j < distance ? ~std::uint64_t(0) : ~std::uint64_t(0) << (j - distance + 1)));
    for (const std::size_t stop = std::min(end, distance); j < stop; ++j)
        take(j, ~std::uint64_t(0));
    for (; j < end; ++j)
        take(j, ~std::uint64_t(0) << (j - distance + 1));
    m_used[0] = ~free;
    return count;
}

template <typename Cluster>
std::size_t JaroPattern::matchLong(std::span<const Cluster> text, std::size_t distance)
{
    const std::size_t la = m_text.size();
    const std::size_t end = std::min(text.size(), distance + la - 1);
    std::fill(m_used.begin(), m_used.end(), 0);
    std::size_t count = 0;
    for (std::size_t j = 0; j < end; ++j) {
        const std::size_t from = j >= distance ? j - distance + 1 : 0;
        const std::size_t to = std::min(la, j + distance);
        const std::uint64_t *masks = m_masks.data() + text[j] * m_words;
        for (std::size_t word = from / 64; word * 64 < to; ++word) {
            std::uint64_t places = masks[word] & ~m_used[word];
            if (word == from / 64)
                places &= ~std::uint64_t(0) << (from % 64);
            if (to - word * 64 < 64)
                places &= (std::uint64_t(1) << (to - word * 64)) - 1;
            if (!places)
                continue;
            m_used[word] |= places & (~places + 1);
            m_matched[count++] = text[j];
            break;
        }
    }
    return count;
}

} // namespace orrery::memory
