// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace orrery::memory {

/// A text as its extended grapheme clusters, each a number: clusters are compared by their exact code points, so equal
/// numbers mean equal clusters. Plain ASCII stays bytes, where a byte is its own number.
struct ClusterText {
    std::string bytes;              ///< when it is plain
    std::vector<std::uint32_t> ids; ///< when it is not
    bool plain = true;
    std::size_t size() const { return plain ? bytes.size() : ids.size(); }
};

/// Gives clusters their numbers. ASCII characters have their own codes, all others numbers from 128 on.
class ClusterTable
{
public:
    /// Of a cluster that has no number yet, and so occurs in no known text.
    static constexpr std::uint32_t kUnknown = ~std::uint32_t(0);

    ClusterText learn(std::string_view utf8);
    /// Learns nothing: what is new becomes kUnknown.
    ClusterText read(std::string_view utf8) const;
    /// Numbers given out are below.
    std::size_t size() const { return kFirst + m_ids.size(); }
    void clear() { m_ids.clear(); }

private:
    static constexpr std::uint32_t kFirst = 128;
    std::unordered_map<std::string, std::uint32_t> m_ids;
};

} // namespace orrery::memory
