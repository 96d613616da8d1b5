// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/base/graphemes.h"

#include <QString>
#include <QTextBoundaryFinder>

#include <algorithm>

namespace orrery {

std::string firstGraphemes(std::string_view utf8, std::size_t count)
{
    if (utf8.size() <= count)
        return std::string(utf8); // a cluster has at least one byte
    // A carriage return may join the next line feed to one cluster.
    const std::string_view start = utf8.substr(0, count + 1);
    if (std::all_of(start.begin(), start.end(),
                    [](unsigned char c) { return c < 0x80 && c != '\r'; }))
        return std::string(utf8.substr(0, count));
    const QString text = QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text);
    qsizetype end = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const qsizetype next = finder.toNextBoundary();
        if (next == -1)
            return std::string(utf8);
        end = next;
    }
    return text.left(end).toStdString();
}

} // namespace orrery
