// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/memorystore.h"

#include <QString>
#include <QTextBoundaryFinder>

#include <algorithm>

namespace orrery::memory {

namespace {

bool isAscii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; });
}

std::vector<QString> graphemes(std::string_view text)
{
    const QString string = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, string);
    std::vector<QString> parts;
    for (qsizetype from = 0, to; (to = finder.toNextBoundary()) != -1; from = to)
        parts.push_back(string.mid(from, to - from));
    return parts;
}

/// Elixir 1.18's algorithm: for each element of `a` the smallest unused equal element of `b` within the distance.
template <typename Sequence>
double score(const Sequence &a, const Sequence &b)
{
    const std::size_t la = a.size();
    const std::size_t lb = b.size();
    const std::size_t distance = std::max(la, lb) / 2;
    std::vector<char> used(lb, 0);
    std::vector<std::size_t> matchedA;
    for (std::size_t i = 0; i < la; ++i) {
        const std::size_t from = i + 1 > distance ? i + 1 - distance : 0;
        const std::size_t to = std::min(lb, i + distance);
        for (std::size_t j = from; j < to; ++j) {
            if (!used[j] && a[i] == b[j]) {
                used[j] = 1;
                matchedA.push_back(i);
                break;
            }
        }
    }
    if (matchedA.empty())
        return 0.0;
    std::size_t transposed = 0;
    std::size_t j = 0;
    for (const std::size_t i : matchedA) {
        while (!used[j])
            ++j;
        transposed += !(a[i] == b[j++]);
    }
    const double m = static_cast<double>(matchedA.size());
    return (m / static_cast<double>(la) + m / static_cast<double>(lb)
            + (m - static_cast<double>(transposed) / 2) / m)
           / 3;
}

} // namespace

double jaro(std::string_view a, std::string_view b)
{
    if (a == b)
        return 1.0;
    if (a.empty() || b.empty())
        return 0.0;
    // A carriage return may join the next line feed to one cluster.
    const bool plain = isAscii(a) && isAscii(b) && a.find('\r') == a.npos && b.find('\r') == b.npos;
    return plain ? score(a, b) : score(graphemes(a), graphemes(b));
}

} // namespace orrery::memory
