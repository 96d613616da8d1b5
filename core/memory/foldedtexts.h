// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/memory/jaro.h"

namespace orrery::memory {

/// Texts made ready for JaroPattern, one after another in memory, by row.
class FoldedTexts
{
public:
    /// Becomes the next row.
    void add(std::string_view lowerCased)
    {
        const ClusterText text = m_clusters.learn(lowerCased);
        Place place;
        place.size = static_cast<std::uint32_t>(text.size());
        if (text.plain) {
            place.at = m_bytes.size();
            m_bytes.insert(m_bytes.end(), text.bytes.begin(), text.bytes.end());
            place.bits = clusterBits(bytes(place));
        } else {
            place.kind = Kind::Wide;
            place.at = m_ids.size();
            m_ids.insert(m_ids.end(), text.ids.begin(), text.ids.end());
            place.bits = clusterBits(ids(place));
        }
        m_places.push_back(place);
    }

    void remove(std::uint32_t row) { m_places[row].kind = Kind::Dead; }
    bool isLive(std::uint32_t row) const { return m_places[row].kind != Kind::Dead; }

    void clear()
    {
        m_places.clear();
        m_bytes.clear();
        m_ids.clear();
        m_clusters.clear();
    }

    JaroPattern pattern(std::string_view lowerCased) const
    {
        return {m_clusters.read(lowerCased), m_clusters.size()};
    }

    /// JaroPattern::score() with the text of a row that lives.
    double score(JaroPattern &pattern, std::uint32_t row, double floor) const
    {
        const Place &place = m_places[row];
        return place.kind == Kind::Wide ? pattern.score(ids(place), place.bits, floor)
                                        : pattern.score(bytes(place), place.bits, floor);
    }

    /// The same for up to JaroPattern::kMostAsked rows, in less time.
    void scoreEach(JaroPattern &pattern, std::span<const std::uint32_t> rows, double floor,
                   double *scores) const
    {
        std::array<JaroPattern::Asked, JaroPattern::kMostAsked> asked;
        std::size_t plain = 0;
        for (const std::uint32_t row : rows)
            if (const Place &place = m_places[row]; place.kind != Kind::Wide)
                asked[plain++] = {bytes(place), place.bits};
        pattern.scoreEach({asked.data(), plain}, floor);
        plain = 0;
        for (const std::uint32_t row : rows)
            *scores++ = m_places[row].kind == Kind::Wide ? score(pattern, row, floor)
                                                         : asked[plain++].score;
    }

private:
    enum class Kind : std::uint8_t { Plain, Wide, Dead };
    struct Place {
        std::uint64_t bits = 0;
        std::uint64_t at = 0;
        std::uint32_t size = 0;
        Kind kind = Kind::Plain;
    };
    std::span<const std::uint8_t> bytes(const Place &place) const
    {
        return {m_bytes.data() + place.at, place.size};
    }
    std::span<const std::uint32_t> ids(const Place &place) const
    {
        return {m_ids.data() + place.at, place.size};
    }

    ClusterTable m_clusters;
    std::vector<Place> m_places;
    std::vector<std::uint8_t> m_bytes;
    std::vector<std::uint32_t> m_ids;
};

} // namespace orrery::memory
