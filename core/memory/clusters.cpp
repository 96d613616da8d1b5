// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/memory/clusters.h"

#include <QString>
#include <QTextBoundaryFinder>

#include <algorithm>

namespace orrery::memory {

namespace {

/// Every byte is a cluster: ASCII in which no line feed joins a carriage return.
bool isPlain(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x80; })
           && text.find("\r\n") == text.npos;
}

/// Scripts whose syllables Qt keeps together as an editor's cursor does, which is more than Unicode's clusters.
bool isTailored(char32_t c) { return (c >= 0x0900 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF); }

/// Whether no cluster of these scripts ends before `c`: Grapheme_Cluster_Break = Extend or SpacingMark in Unicode 14.
bool continuesCluster(char32_t c)
{
    switch (QChar::category(c)) {
    case QChar::Mark_NonSpacing:
    case QChar::Mark_Enclosing: return true;
    case QChar::Mark_SpacingCombining:
        return !(c == 0x102B || c == 0x102C || c == 0x1038 || (c >= 0x1062 && c <= 0x1064)
                 || (c >= 0x1067 && c <= 0x106D) || c == 0x1083 || (c >= 0x1087 && c <= 0x108C)
                 || c == 0x108F || (c >= 0x109A && c <= 0x109C));
    default: return c == 0x0E33 || c == 0x0EB3 || c == 0x200C || c == 0x200D;
    }
}

template <typename Visitor>
void forEachCluster(std::string_view utf8, Visitor visit)
{
    const QString text = QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
    QTextBoundaryFinder finder(QTextBoundaryFinder::Grapheme, text);
    qsizetype from = 0;
    char32_t before = 0;
    for (qsizetype at = 0; at < text.size();) {
        const bool isPair = text[at].isHighSurrogate() && at + 1 < text.size();
        const char32_t c =
            isPair ? QChar::surrogateToUcs4(text[at], text[at + 1]) : text[at].unicode();
        finder.setPosition(at);
        const bool ends = isTailored(before) || isTailored(c)
                              ? !continuesCluster(c) && before != 0x0D4E // the one that is Prepend
                              : finder.isAtBoundary();
        if (ends && at > from) {
            visit(text.mid(from, at - from).toStdString());
            from = at;
        }
        before = c;
        at += isPair ? 2 : 1;
    }
    if (from < text.size())
        visit(text.mid(from).toStdString());
}

bool isAsciiCharacter(const std::string &cluster)
{
    return cluster.size() == 1 && static_cast<unsigned char>(cluster[0]) < 0x80;
}

} // namespace

ClusterText ClusterTable::learn(std::string_view utf8)
{
    if (isPlain(utf8))
        return {std::string(utf8), {}, true};
    ClusterText text{{}, {}, false};
    forEachCluster(utf8, [&](const std::string &cluster) {
        text.ids.push_back(
            isAsciiCharacter(cluster)
                ? static_cast<std::uint32_t>(cluster[0])
                : m_ids.try_emplace(cluster, static_cast<std::uint32_t>(size())).first->second);
    });
    return text;
}

ClusterText ClusterTable::read(std::string_view utf8) const
{
    if (isPlain(utf8))
        return {std::string(utf8), {}, true};
    ClusterText text{{}, {}, false};
    forEachCluster(utf8, [&](const std::string &cluster) {
        if (isAsciiCharacter(cluster)) {
            text.ids.push_back(static_cast<std::uint32_t>(cluster[0]));
            return;
        }
        const auto known = m_ids.find(cluster);
        text.ids.push_back(known == m_ids.end() ? kUnknown : known->second);
    });
    return text;
}

} // namespace orrery::memory
