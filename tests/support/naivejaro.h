// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QTextBoundaryFinder>

#include <algorithm>
#include <string_view>
#include <vector>

namespace orrery {

/// The definition of the Jaro similarity word for word, as Elixir 1.18 computes it: what the fast one is compared with.
inline double naiveJaro(const std::vector<QString> &a, const std::vector<QString> &b)
{
    if (a == b)
        return 1.0;
    const std::size_t la = a.size();
    const std::size_t lb = b.size();
    const std::size_t distance = std::max(la, lb) / 2;
    std::vector<char> used(lb, 0);
    std::vector<std::size_t> matched;
    for (std::size_t i = 0; i < la; ++i) {
        const std::size_t from = i + 1 > distance ? i + 1 - distance : 0;
        const std::size_t to = std::min(lb, i + distance);
        for (std::size_t j = from; j < to; ++j) {
            if (!used[j] && a[i] == b[j]) {
                used[j] = 1;
                matched.push_back(i);
                break;
            }
        }
    }
    if (matched.empty())
        return 0.0;
    std::size_t transposed = 0;
    std::size_t j = 0;
    for (const std::size_t i : matched) {
        while (!used[j])
            ++j;
        transposed += !(a[i] == b[j++]);
    }
    const double m = static_cast<double>(matched.size());
    return (m / static_cast<double>(la) + m / static_cast<double>(lb)
            + (m - static_cast<double>(transposed) / 2) / m)
           / 3;
}

inline std::vector<QString> graphemesOf(std::string_view utf8)
{
    const QString text = QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text);
    std::vector<QString> parts;
    for (qsizetype from = 0, to; (to = finder.toNextBoundary()) != -1; from = to)
        parts.push_back(text.mid(from, to - from));
    return parts;
}

inline double naiveJaro(std::string_view a, std::string_view b)
{
    return naiveJaro(graphemesOf(a), graphemesOf(b));
}

} // namespace orrery
