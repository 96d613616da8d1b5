// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/knowledge/postings.h"

namespace orrery::knowledge {

namespace {

std::string keyOf(Postings::Kind kind, std::string_view value)
{
    std::string key(1, static_cast<char>(kind));
    return key.append(value);
}

} // namespace

template <typename Visit>
void Postings::eachKey(const Entry &entry, Visit visit)
{
    visit(keyOf(Kind::All, {}));
    visit(keyOf(Kind::Type, toString(entry.type)));
    if (entry.kbId)
        visit(keyOf(Kind::Kb, *entry.kbId));
    for (const std::string &tag : entry.tags)
        visit(keyOf(Kind::Tag, tag));
    for (const std::string &item : entry.concepts)
        visit(keyOf(Kind::Concept, item));
}

void Postings::add(const Entry &entry, Posting posting)
{
    eachKey(entry, [&](const std::string &key) { m_lists[key].insert(posting); });
}

void Postings::remove(const Entry &entry, Posting posting)
{
    eachKey(entry, [&](const std::string &key) {
        const auto it = m_lists.find(key);
        if (it != m_lists.end() && it->second.erase(posting) > 0 && it->second.empty())
            m_lists.erase(it);
    });
}

const Postings::List &Postings::list(Kind kind, std::string_view value) const
{
    static const List none;
    const auto it = m_lists.find(keyOf(kind, value));
    return it == m_lists.end() ? none : it->second;
}

std::vector<Postings::Posting> Postings::anyOf(Kind kind, std::span<const std::string> values) const
{
    List all;
    for (const std::string &value : values) {
        const List &one = list(kind, value);
        all.insert(one.begin(), one.end());
    }
    return {all.begin(), all.end()};
}

std::size_t Postings::size(Kind kind, std::span<const std::string> values) const
{
    std::size_t sum = 0;
    for (const std::string &value : values)
        sum += list(kind, value).size();
    return sum;
}

} // namespace orrery::knowledge
