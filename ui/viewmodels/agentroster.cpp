// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/viewmodels/agentroster.h"

#include "ui/viewmodels/fields.h"

#include <QStringList>

#include <algorithm>

namespace orrery::ui {
namespace {

constexpr int hues = 8;

QStringList wordsOf(const QString &name)
{
    QStringList words(QString{});
    for (const QChar c : name) {
        if (c.isLetterOrNumber())
            words.last() += c.toUpper();
        else if (!words.last().isEmpty())
            words << QString();
    }
    words.removeAll(QString());
    return words;
}

} // namespace

void AgentRoster::learn(const Event &event)
{
    if (event.kind == EventKind::RunStarted)
        for (const Json &agent : Fields(event.data).list("agents"))
            learn(std::string(Fields(agent).view("name")));
    learn(event.agent);
}

void AgentRoster::learn(const std::string &name)
{
    if (name.empty() || name == "person" || m_index.contains(name))
        return;
    const int index = static_cast<int>(m_entries.size());
    m_entries.push_back({name, makeMonogram(name), index % hues});
    m_index.emplace(name, index);
}

void AgentRoster::clear()
{
    m_entries.clear();
    m_index.clear();
}

int AgentRoster::indexOf(const std::string &name) const
{
    const auto found = m_index.find(name);
    return found == m_index.end() ? -1 : found->second;
}

int AgentRoster::colorIndex(const std::string &name) const
{
    const int index = indexOf(name);
    return index < 0 ? -1 : index % hues;
}

QString AgentRoster::monogram(const std::string &name) const
{
    const int index = indexOf(name);
    return index < 0 ? QString() : m_entries[static_cast<std::size_t>(index)].monogram;
}

QString AgentRoster::makeMonogram(const std::string &name) const
{
    const auto isFree = [this](const QString &letters) {
        return std::none_of(m_entries.begin(), m_entries.end(),
                            [&](const Entry &entry) { return entry.monogram == letters; });
    };
    const QStringList words = wordsOf(toQString(name));
    const QString all = words.join(QString());
    const QString first = all.isEmpty() ? QStringLiteral("?") : all.left(1);
    QStringList wishes;
    if (words.size() > 1)
        wishes << words[0].left(1) + words[1].left(1);
    for (qsizetype i = 1; i < all.size(); ++i)
        wishes << first + all.mid(i, 1);
    if (all.size() == 1)
        wishes << first + first;
    for (char c = '1'; c <= '9'; ++c)
        wishes << first + QLatin1Char(c);
    for (const QString &letters : std::as_const(wishes))
        if (isFree(letters))
            return letters;
    for (char a = 'A'; a <= 'Z'; ++a)
        for (char b = 'A'; b <= 'Z'; ++b)
            if (const QString letters = QLatin1Char(a) + QString(QLatin1Char(b)); isFree(letters))
                return letters;
    return first + QLatin1Char('*');
}

} // namespace orrery::ui
